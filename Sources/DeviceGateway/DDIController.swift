import FleetCore
import FleetEngine
import Foundation
import HTTPTypes
import Hummingbird

/// The requests of DDI: who calls, and which room of the controller answers.
struct DDIController: Sendable {
    typealias Context = DeviceRequestContext

    let options: DeviceGateway.Options
    let desk: EngineDesk
    let credentials: any DeviceCredentials
    let artifacts: any ArtifactSource
    let security: (any ConnectionSecurity)?
    let guards: RequestGuards
    let book = ActionBook()
    let clones: CloneWatch

    init(
        options: DeviceGateway.Options, desk: EngineDesk, credentials: any DeviceCredentials,
        artifacts: any ArtifactSource, security: (any ConnectionSecurity)?, guards: RequestGuards
    ) {
        self.options = options
        clones = CloneWatch(within: options.pollInterval * 2)
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

    /// The device whose rights the request has proven.
    func device(_ request: Request, _ context: Context) throws -> Caller {
        guard let tenant = context.parameters.get("tenant"), tenant == options.tenant || tenant == "DEFAULT",
            let id = context.parameters.get("id")
        else { throw HTTPError(.notFound) }
        let caller = try proven(id, request, context)
        try guards.limiter.expectRequest(of: id)
        return caller
    }

    private func proven(_ id: String, _ request: Request, _ context: Context) throws -> Caller {
        // A certificate names one device; a token beside it does not make it another. Whoever signed it knows the device.
        if let certificate = security?.certificate(of: context.channel) {
            guard certificate.commonName == id else { throw HTTPError(.forbidden) }
            return Caller(id: id, mayJoin: true, address: context.address)
        }
        guard let proof = DeviceProof(request.headers[.authorization], for: id, credentials) else {
            try guards.limiter.refuseUnproven(at: context.address)
        }
        return Caller(id: id, mayJoin: proof == .fleet, address: context.address)
    }

    /// Says something to the engine for a device; that it is there, in any case.
    @discardableResult
    func call(_ caller: Caller, _ reports: DeviceCall.Body...) async throws -> DeviceAnswer {
        try await call(caller, reports)
    }

    @discardableResult
    func call(_ caller: Caller, _ reports: [DeviceCall.Body]) async throws -> DeviceAnswer {
        let said = said(caller, reports)
        return try await expectKnown { try await desk.call(said) }
    }

    /// What the engine is told of a request.
    func said(_ caller: Caller, _ reports: [DeviceCall.Body]) -> DeviceCall {
        var bodies = [DeviceCall.Body(.contacted(firmware: nil))]
        if let evidence = clones.saw(caller.id, by: "address", caller.address) {
            bodies.append(.init(.twoUnderOneID(evidence: evidence)))
        }
        return DeviceCall(device: caller.id, reports: bodies + reports, mayJoin: caller.mayJoin)
    }

    /// The answer for a device in service, or that may come into it; a refusal for any other.
    func expectKnown(_ call: () async throws -> DeviceAnswer) async throws -> DeviceAnswer {
        let answer: DeviceAnswer
        do {
            answer = try await call()
        } catch {
            // With a spread, so that those who were sent away do not come back together.
            throw HTTPError(.serviceUnavailable, headers: RetryAfter.headers())
        }
        switch answer.standing {
        case .unknown: throw HTTPError(.notFound)
        case .notInService: throw HTTPError(.forbidden)
        case .active, .waiting: return answer
        }
    }

    // MARK: - Parts of requests and replies

    func action(_ context: Context) throws -> UInt32 {
        guard let action = context.parameters.get("action").flatMap({ UInt32($0) }) else { throw HTTPError(.notFound) }
        return action
    }

    func body(of request: Request) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: Feedback.maximumLength)
        } catch {
            throw HTTPError(.contentTooLarge)
        }
    }

    /// The address under which the device called.
    func base(_ request: Request, _ context: Context) -> String {
        let host = request.head.authority ?? "\(options.host):\(options.port)"
        let id = context.parameters.get("id") ?? ""
        let encoded = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", ".", "_", "~"])) ?? id
        return
            "\(security == nil ? "http" : "https")://\(host)/\(context.parameters.get("tenant") ?? "DEFAULT")/controller/v1/\(encoded)"
    }

    func json(_ body: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/hal+json;charset=UTF-8"],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }

    func text(_ body: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain;charset=UTF-8"],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}
