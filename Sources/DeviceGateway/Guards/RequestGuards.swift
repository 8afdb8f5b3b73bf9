import FleetEngine
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// The guards of the gateway: what they allow, what they count, and what they write down.
package struct RequestGuards: Sendable {
    /// Why something was refused, in one word for a label.
    enum Refusal: String, CaseIterable {
        case unproven, forbidden, notFound, wrongMethod, waitingListFull, unreadable, tooLong, tooOften, busy
        case undeliverable, other
        case connection, handshake, slowRequest, slowReader

        init(_ status: HTTPResponse.Status) {
            switch status.code {
            case 401: self = .unproven
            case 403: self = .forbidden
            case 404: self = .notFound
            case 405: self = .wrongMethod
            case 400: self = .unreadable
            case 413, 414, 431: self = .tooLong
            case 429: self = .tooOften
            case 503: self = .busy
            default: self = .other
            }
        }

        /// What an error says beyond its status; nil: nothing. Only that the waiting list is full is said in words.
        init?(_ error: HTTPError) {
            guard error.status == .serviceUnavailable, error.body != nil else { return nil }
            self = .waitingListFull
        }
    }

    let limits: GatewayLimits
    let meters: GatewayMeters
    let limiter: RequestLimiter
    /// What devices do, and what they were refused: a flood of the second must not hide the first.
    let activity: LogValve, refusals: LogValve
    let shares: BandwidthShares

    package init(_ limits: GatewayLimits, logger: Logger) {
        self.limits = limits
        meters = GatewayMeters()
        limiter = RequestLimiter(limits)
        activity = LogValve(logger, linesPerSecond: limits.activityLinesPerSecond)
        refusals = LogValve(logger, linesPerSecond: limits.refusalLinesPerSecond)
        shares = BandwidthShares(bytesPerSecondPerDevice: limits.bytesPerSecondPerDevice)
    }

    /// How a server watches its connections with these guards.
    /// - Parameter handlers: Makes what is to see a connection's requests behind the guards, before the server does.
    package func configuration(
        _ handlers: @escaping @Sendable () -> [any ChannelHandler]
    ) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionSentry(self, handlers())],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerFieldLength, maxHeaderListSize: limits.headerLength,
                maxHeaderFieldCount: limits.headerCount))
    }

    /// A request was refused, which is its answer.
    /// - Parameter device: The id that it was sent for, as it was said: it may not be the device's, if nothing proved it.
    func refused(_ route: GatewayRoute, _ status: HTTPResponse.Status, device: String?, why: Refusal? = nil) {
        meters.answered(route, status)
        refused(why ?? Refusal(status)) {
            var metadata: Logger.Metadata = ["route": "\(route.rawValue)", "status": "\(status.code)"]
            if let device { metadata["device"] = "\(device.prefix(128))" }
            return metadata
        }
    }

    /// Something was refused.
    func refused(_ why: Refusal, _ metadata: () -> Logger.Metadata = { [:] }) {
        meters.refused(why)
        refusals.write(.warning, "refused") { ["why": "\(why.rawValue)"].merging(metadata()) { first, _ in first } }
    }
}

/// Sees every request and its answer.
struct RequestWatch: RouterMiddleware {
    typealias Context = DeviceRequestContext

    let guards: RequestGuards

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            guard (request.head.path ?? "").utf8.count <= guards.limits.targetLength else {
                throw HTTPError(.uriTooLong)
            }
            guard request.headers[values: .expect].allSatisfy(ContinueHandler.isKnown) else {
                throw HTTPError(.expectationFailed)
            }
            let response = try await next(request, context)
            guards.meters.answered(GatewayRoute(context.endpointPath), response.status)
            return response
        } catch {
            let error = Self.refined(error, request, context)
            let status = (error as? any HTTPResponseError)?.status ?? .internalServerError
            guards.refused(
                GatewayRoute(context.endpointPath), status, device: context.parameters.get("id"),
                why: (error as? any NamedRefusal)?.why ?? (error as? HTTPError).flatMap { RequestGuards.Refusal($0) })
            throw error
        }
    }

    /// The router finds nothing for a path that is asked for by a wrong method as well.
    private static func refined(_ error: any Error, _ request: Request, _ context: Context) -> any Error {
        guard GatewayRoute(context.endpointPath) == .none, (error as? HTTPError)?.status == .notFound,
            let methods = GatewayRoute.methods(of: request.uri.path)
        else { return error }
        return HTTPError(.methodNotAllowed, headers: [.allow: methods])
    }
}

/// An answer whose status does not say why.
protocol NamedRefusal: Error {
    var why: RequestGuards.Refusal { get }
}

extension DeviceRequestContext {
    /// Where the request came from; the same text for all whose address is not known.
    var address: String { channel.remoteAddress?.ipAddress ?? "" }

    /// Whether it came from this machine.
    var isLocal: Bool { address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.") }
}
