import HTTPTypes
import Hummingbird

/// What the gateway is told of the engine it serves, for those who watch over it.
public struct EngineReadings: Sendable {
    /// Why the engine works no more; nil: it does.
    public var failure: @Sendable () -> String?
    /// What the engine counts.
    public var metrics: @Sendable () async -> [MetricFamily]

    /// Readings of an engine. Without any it counts as one that works.
    public init(
        failure: @escaping @Sendable () -> String? = { nil },
        metrics: @escaping @Sendable () async -> [MetricFamily] = { [] }
    ) {
        self.failure = failure
        self.metrics = metrics
    }
}

/// The requests of those who watch over the gateway. `/health` is open, as load balancers know no token; `/metrics`
/// tells of updates and is for this machine, or for who has the fleet's token.
struct OperatorRoutes: Sendable {
    let readings: EngineReadings
    let guards: RequestGuards
    let bell: OrderBell
    let credentials: any DeviceCredentials

    func addRoutes(to router: Router<DeviceRequestContext>) {
        router.get("/health") { _, _ in health() }
        router.head("/health") { _, _ in health().createHeadResponse() }
        router.get("/metrics") { request, context in try await metrics(request, context) }
    }

    private func health() -> Response {
        let trouble = readings.failure().map { "the engine has failed: \($0)" } ?? (bell.isDraining ? "draining" : nil)
        return Self.text((trouble ?? "ok") + "\n", trouble == nil ? .ok : .serviceUnavailable)
    }

    private func metrics(_ request: Request, _ context: DeviceRequestContext) async throws -> Response {
        // No device has an empty id, so that only the fleet's token is left.
        guard context.isLocal || DeviceProof(request.headers[.authorization], for: "", credentials) == .fleet else {
            try guards.limiter.refuseUnproven(at: context.address)
        }
        let families = guards.meters.families(heldPolls: bell.count) + (await readings.metrics())
        return Self.text(families.map(\.text).joined(), .ok, type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private static func text(
        _ text: String, _ status: HTTPResponse.Status, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
