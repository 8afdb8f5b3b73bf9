import DeviceGateway
import FleetCore
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A request with its connection.
struct APIRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Where the request came from; the same text for all whose address is not known.
    var address: String { channel.remoteAddress?.ipAddress ?? "" }
}

/// Answers requests: finds the route, proves the token, reads what is asked, and has it worked out.
struct APIResponder: HTTPResponder {
    typealias Context = APIRequestContext

    let table: RouteTable
    let desk: OperatorDesk
    let tokens: APITokenFile
    let limits: APILimits
    let gate: RequestGate
    let book = RequestBook()
    let isDraining: @Sendable () -> Bool

    func respond(to request: Request, context: Context) async -> Response {
        var response: Response
        do {
            response = Self.response(try await answer(request, context))
        } catch {
            response = Self.response(error)
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ context: Context) async throws(Problem) -> APIReply {
        let target = Substring(request.head.path ?? "")
        guard target.utf8.count <= limits.targetLength else {
            throw Problem(.longTarget, "the target is longer than \(limits.targetLength) bytes", remedy: "shorten it")
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let (route, arguments) = try find(request.method, RequestReader.segments(of: parts.first ?? ""))
        let token = try prove(request, context, for: route)
        guard gate.places.take() else {
            throw Problem(
                .unavailable, "\(limits.requestsUnderWay) requests are under way", remedy: "try again later",
                headers: [.retryAfter: "1"])
        }
        defer { gate.places.giveUp() }
        let reader = RequestReader(route: route)
        var call = APICall(token: token, path: arguments, isDraining: isDraining, waiters: gate.waiters)
        call.query = try reader.query(parts.count > 1 ? parts[1] : "")
        call.fields = try reader.fields(request.headers)
        try expectKnownID(arguments)
        if route.method == .post {
            let bytes = try await body(of: request, context)
            call.body = try reader.body(bytes, type: request.headers[.contentType])
            try expectNewKey(call, route, bytes)
        }
        return try await route.work(call, desk)
    }

    private func find(
        _ method: HTTPRequest.Method, _ segments: [String]?
    ) throws(Problem) -> (APIRoute, [String: String]) {
        switch table.find(method, segments) {
        case .route(let route, let arguments): return (route, arguments)
        case .otherMethods(let methods):
            let names = methods.map(\.rawValue).joined(separator: ", ")
            throw Problem(
                .wrongMethod, "this is not asked by \(method.rawValue.prefix(20))", remedy: "use \(names)",
                headers: [.allow: names])
        case .nothing:
            throw Problem(
                .notFound, "nothing is there", remedy: "\(RouteTable.base)/openapi.json says what there is")
        }
    }

    /// The token of a request, where its route asks for one. What its role does not cover is decided later: by the engine.
    private func prove(
        _ request: Request, _ context: Context, for route: APIRoute
    ) throws(Problem) -> APIToken? {
        guard route.role != nil else {
            try gate.expectRequest(of: "address \(context.address)")
            return nil
        }
        guard let shown = Self.bearer(request.headers), let token = tokens.owner(of: shown) else {
            try gate.expectFailure(at: context.address)
            throw Problem(
                .unproven, "the request shows no token that counts",
                remedy: "send Authorization: Bearer TOKEN; `muster api-token add` draws one",
                headers: [.wwwAuthenticate: "Bearer realm=\"muster\""])
        }
        try gate.expectRequest(of: "token \(token.name)")
        return token
    }

    private static func bearer(_ headers: HTTPFields) -> String? {
        let values = headers[values: .authorization]
        guard values.count == 1, let value = values.first else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }

    private func expectKnownID(_ arguments: [String: String]) throws(Problem) {
        for (name, value) in arguments where value.unicodeScalars.count > 200 {
            throw Problem(.notFound, "there is no \(name) of this id", remedy: "no id is so long")
        }
    }

    private func body(of request: Request, _ context: Context) async throws(Problem) -> [UInt8] {
        let tooLarge = Problem(
            .tooLarge, "the body is longer than \(limits.bodyLength) bytes", remedy: "say less",
            headers: [.connection: "close"])
        let expected = request.headers[values: .expect]
        guard expected.allSatisfy({ $0.lowercased() == "100-continue" }) else {
            throw Problem(.expectation, "only 100-continue can be expected", remedy: "leave Expect out")
        }
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= limits.bodyLength else { throw tooLarge }
        if !expected.isEmpty { context.channel.triggerUserOutboundEvent(BodyWanted(), promise: nil) }
        do {
            return Array(buffer: try await request.body.collect(upTo: limits.bodyLength))
        } catch {
            throw tooLarge
        }
    }

    private func expectNewKey(_ call: APICall, _ route: APIRoute, _ body: [UInt8]) throws(Problem) {
        guard let key = call.fields["Idempotency-Key"], let token = call.token else { return }
        let ids = call.path.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n")
        let request =
            "\(route.name)\n\(ids)\n\(call.fields["If-Match"] ?? "")\n" + String(decoding: body, as: UTF8.self)
        guard book.note(RequestBook.key(key, of: token), request) else {
            throw Problem(
                .usedKey, "this key was used for another request", remedy: "draw a key of its own for each request")
        }
    }

    private static func response(_ reply: APIReply) -> Response {
        var fields = reply.fields
        fields[.contentType] = reply.type
        return Response(status: .ok, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: reply.bytes)))
    }

    private static func response(_ problem: Problem) -> Response {
        var fields = problem.headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        let bytes = (try? APIReply.encode(problem.body)) ?? []
        return Response(status: problem.kind.status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
