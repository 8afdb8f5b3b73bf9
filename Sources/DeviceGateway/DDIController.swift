import FleetCore
import FleetEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The requests of DDI: who calls, and which room of the controller answers.
struct DDIController: Sendable {
    typealias Context = DeviceRequestContext

    let options: DeviceGateway.Options
    let desk: EngineDesk
    let credentials: any DeviceCredentials
    let artifacts: any ArtifactSource
    let security: (any ConnectionSecurity)?
    let guards: RequestGuards
    let book: ActionBook
    let clones: CloneWatch
    let newcomers = Newcomers()
    let hashes = KnownHashes()

    init(
        options: DeviceGateway.Options, desk: EngineDesk, credentials: any DeviceCredentials,
        artifacts: any ArtifactSource, deliveries: DeliveryLedger, security: (any ConnectionSecurity)?,
        guards: RequestGuards
    ) {
        self.options = options
        book = ActionBook(deliveries)
        clones = CloneWatch(interval: options.pollInterval)
        self.desk = desk
        self.credentials = credentials
        self.artifacts = artifacts
        self.security = security
        self.guards = guards
    }

    func addRoutes(to router: Router<Context>) {
        let device = router.group("/:tenant/controller/v1/:id")
        device.get("") { request, context in try await poll(request, context) }
        device.put("configData") { request, context in try await describe(request, context) }
        device.get("deploymentBase/:action") { request, context in try await deployment(request, context) }
        device.post("deploymentBase/:action/feedback") { request, context in try await feedback(request, context) }
        device.get("cancelAction/:action") { request, context in try await cancel(request, context) }
        device.post("cancelAction/:action/feedback") { request, context in
            try await cancelFeedback(request, context)
        }
        let path = RouterPath("softwaremodules/:module/artifacts/:file")
        device.get(path) { request, context in try await download(request, context) }
        device.head(path) { request, context in try await download(request, context) }
    }

    // MARK: - Who it is

    /// A device that calls, and what it has proven.
    struct Caller {
        var id: String
        /// Whether it has proven that it belongs to the fleet, so that it may introduce itself.
        var mayJoin: Bool
        /// Where it calls from.
        var address: String
    }

    /// Who a request says it comes from, and what it shows for it.
    struct Claim {
        var tenant: String, id: String
        /// Its `Authorization` field; nil: it has none.
        var authorization: String?
        /// The host under which it was sent; nil: it says none.
        var host: String?
        /// The certificate of its connection; nil: there is none.
        var certificate: ClientCertificate?
        /// Where it comes from.
        var address: String
    }

    func claim(_ request: Request, _ context: Context) throws(HTTPError) -> Claim {
        guard let tenant = context.parameters.get("tenant").flatMap({ PathSegment.name($0) }),
            let id = context.parameters.get("id").flatMap({ PathSegment.name($0, holdsSlashes: true) }),
            DeviceRecord.problem(ofID: id) == nil
        else { throw HTTPError(.notFound) }
        return Claim(
            tenant: tenant, id: id, authorization: request.headers[.authorization],
            host: Self.host(request.head.authority, context.channel),
            certificate: security?.certificate(of: context.channel), address: context.address)
    }

    /// The host that a request names; if it names none, the address that it reached.
    static func host(_ said: String?, _ channel: any Channel) -> String? {
        if let said, !said.isEmpty { return said }
        guard let address = channel.localAddress, let ip = address.ipAddress, let port = address.port else {
            return nil
        }
        return address.protocol == .inet6 ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    /// The device whose rights the request has proven.
    func device(_ request: Request, _ context: Context) throws(HTTPError) -> Caller {
        try device(try claim(request, context))
    }

    /// The device whose rights a claim proves.
    func device(_ claim: Claim) throws(HTTPError) -> Caller {
        guard claim.tenant == options.tenant || claim.tenant == "DEFAULT" else { throw HTTPError(.notFound) }
        let caller = try proven(claim)
        try guards.limiter.expectRequest(of: claim.id)
        return caller
    }

    /// Whether a claim still proves what it did, at any moment after.
    func isProven(_ claim: Claim) -> Bool {
        if let certificate = claim.certificate { return certificate.names(claim.id) }
        return DeviceProof(claim.authorization, for: claim.id, credentials) != nil
    }

    /// Who a claim proves to come from.
    func proven(_ claim: Claim) throws(HTTPError) -> Caller {
        // A certificate names one device; a token beside it does not make it another. Whoever signed it knows the device.
        if let certificate = claim.certificate {
            guard certificate.names(claim.id) else { throw HTTPError(.forbidden) }
            return Caller(id: claim.id, mayJoin: isFitToJoin(claim), address: claim.address)
        }
        guard let proof = DeviceProof(claim.authorization, for: claim.id, credentials) else {
            try guards.limiter.refuseUnproven(at: claim.address)
        }
        return Caller(id: claim.id, mayJoin: proof == .fleet && isFitToJoin(claim), address: claim.address)
    }

    /// Whether a device that nobody knows may be called so; if not, it is answered as by any path that means no device.
    private func isFitToJoin(_ claim: Claim) -> Bool { DeviceRecord.problem(ofNewID: claim.id) == nil }

    /// Says something to the engine for a device; that it is there, in any case.
    @discardableResult
    func call(_ caller: Caller, _ reports: DeviceCall.Body...) async throws -> DeviceAnswer {
        try await call(caller, reports)
    }

    @discardableResult
    func call(
        _ caller: Caller, _ reports: [DeviceCall.Body], _ evidence: String? = nil
    ) async throws -> DeviceAnswer {
        try expectKnown(await desk.call(said(caller, reports)), caller.id, evidence)
    }

    /// Says something to the engine for a device, and asks whether an action is or was the device's own.
    func call(_ caller: Caller, _ reports: [DeviceCall.Body] = [], asking action: UInt32) async throws -> DeviceAnswer {
        var said = said(caller, reports)
        said.action = action
        return try expectKnown(await desk.call(said), caller.id, nil)
    }

    /// What the engine is told of a request.
    func said(_ caller: Caller, _ reports: [DeviceCall.Body]) -> DeviceCall {
        let contact = DeviceCall.Body(.contacted(firmware: nil))
        return DeviceCall(device: caller.id, reports: [contact] + reports, mayJoin: caller.mayJoin)
    }

    /// When to come again for one that found no room on the waiting list.
    private static let waitingListPause = Duration.seconds(60)

    /// The answer for a device in service, or that may come into it; a refusal for any other.
    /// - Parameter evidence: What speaks for two devices under this id; nil: nothing.
    func expectKnown(
        _ outcome: EngineDesk.Outcome, _ device: String, _ evidence: String?
    ) throws(HTTPError) -> DeviceAnswer {
        // With a spread, so that those who were sent away do not come back together.
        guard case .success(let answer) = outcome else {
            throw HTTPError(.serviceUnavailable, headers: RetryAfter.headers())
        }
        noteStanding(answer, device, evidence)
        switch answer.standing {
        case .unknown: throw HTTPError(.notFound)
        // It may be taken in another time: somebody has to deal with those that wait.
        case .turnedAway(let refusal):
            throw HTTPError(
                .serviceUnavailable, headers: RetryAfter.headers(Self.waitingListPause), message: refusal.description)
        case .notInService: throw HTTPError(.forbidden)
        case .active, .waiting: return answer
        }
    }

    // MARK: - Parts of requests and replies

    func action(_ context: Context) throws -> UInt32 {
        guard let action = context.parameters.get("action").flatMap({ PathSegment.number($0) }) else {
            throw HTTPError(.notFound)
        }
        return action
    }

    /// The body of a request, which its client may wait to be asked for.
    func body(of request: Request, _ context: Context) async throws -> ByteBuffer {
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= Feedback.maximumLength else { throw HTTPError(.contentTooLarge) }
        if request.headers[.expect] != nil {
            context.channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
        }
        do {
            return try await request.body.collect(upTo: Feedback.maximumLength)
        } catch {
            throw HTTPError(.contentTooLarge)
        }
    }

    /// The address under which the device called.
    func base(_ claim: Claim) -> String {
        let scheme = security == nil ? "http" : "https"
        return
            "\(scheme)://\(claim.host ?? "\(options.host):\(options.port)")/\(Self.encoded(claim.tenant))/controller/v1/"
            + Self.encoded(claim.id)
    }

    /// A name as a part of a path. Nearly all are that as they are.
    private static func encoded(_ name: String) -> String {
        if name.utf8.allSatisfy(PollRequest.isUnreserved) { return name }
        return name.addingPercentEncoding(withAllowedCharacters: unreserved) ?? name
    }

    private static let unreserved = CharacterSet(
        (UInt8.min...0x7f).filter(PollRequest.isUnreserved).map { Unicode.Scalar($0) })

    /// What answers of DDI are.
    static let contentType = "application/hal+json;charset=UTF-8"

    func json(_ body: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: Self.contentType],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }

    func text(_ body: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain;charset=UTF-8"],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}
