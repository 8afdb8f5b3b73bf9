import FleetCore
import HTTPTypes

/// Every route there is.
struct RouteTable: Sendable {
    /// Where the first version lives.
    static let base = "/api/v1"

    let routes: [APIRoute]

    init() {
        let known = Self.readingRoutes + Self.deviceRoutes + Self.commandRoutes
        let open = Self.documentRoute([])
        let document = OpenAPIDocument(routes: known + [open]).bytes
        routes = known + [Self.documentRoute(document)]
    }

    private static func documentRoute(_ document: [UInt8]) -> APIRoute {
        APIRoute(
            .get, base + "/openapi.json", "getDocument", "This document.", role: nil, answer: "Document"
        ) { _, _ in
            APIReply(bytes: document)
        }
    }

    /// What a path and a method lead to.
    enum Finding {
        case route(APIRoute, [String: String])
        /// The path is known, by other methods.
        case otherMethods([HTTPRequest.Method])
        case nothing
    }

    func find(_ method: HTTPRequest.Method, _ segments: [String]?) -> Finding {
        guard let segments else { return .nothing }
        var methods: [HTTPRequest.Method] = []
        for route in routes {
            guard let arguments = route.arguments(of: segments) else { continue }
            // A HEAD is a GET whose answer has no body.
            if route.method == method || route.method == .get && method == .head { return .route(route, arguments) }
            methods += route.method == .get ? [.get, .head] : [route.method]
        }
        return methods.isEmpty ? .nothing : .otherMethods(methods)
    }
}

extension APIParameter {
    static let offset = query(
        "offset", .integer(0...APIValue.largestInteger), "Rows that are left out at the start. Default: 0.")
    static let limit = query("limit", .integer(1...APILimits.mostRows), "Rows at most. Default: 100.")
}

extension APICall {
    /// Rows that a list is asked for.
    static let usualRows = 100

    var offset: Int { integer("offset") ?? 0 }
    var limit: Int { integer("limit") ?? Self.usualRows }

    /// The object's id, by the path.
    func object(_ name: String) -> String { path[name] ?? "" }
}
