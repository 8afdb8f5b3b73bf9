import FleetCore
import HTTPTypes

/// One thing that can be asked for: how it is asked, what may come of it, and who works it out. The server serves from
/// these, and the OpenAPI document is made of them, so that neither has what the other does not.
struct APIRoute: Sendable {
    /// A part of a path: a word, or a parameter's place.
    enum Part: Hashable, Sendable {
        case word(String)
        case parameter(String)
    }

    typealias Work = @Sendable (APICall, OperatorDesk) async throws(Problem) -> APIReply

    let method: HTTPRequest.Method
    let path: [Part]
    /// The operation's name in the document.
    let name: String
    let summary: String
    /// What else is worth a sentence; nil: nothing.
    var details: String?
    /// The lowest role of a token with which it may be asked; nil: it is open to all.
    let role: Role?
    /// Path parameters come by the path.
    let parameters: [APIParameter]
    /// The name of the answer's schema.
    let answer: String
    /// Fields of the answer that are worth a word.
    var answerFields: [String: String] = [:]
    /// What else may come of it, beside what may come of every request.
    let problems: [Problem.Kind]
    let work: Work

    init(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, role: Role? = .viewer,
        _ parameters: [APIParameter] = [], answer: String, fields: [String: String] = [:],
        problems: [Problem.Kind] = [], work: @escaping Work
    ) {
        self.method = method
        self.path = path.split(separator: "/").map { part in
            part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .word(String(part))
        }
        self.name = name
        self.summary = summary
        self.role = role
        let inPath = self.path.compactMap { part in
            if case .parameter(let name) = part { APIParameter.path(name) } else { nil }
        }
        self.parameters = inPath + parameters
        self.answer = answer
        answerFields = fields
        self.problems = problems
        self.work = work
    }

    /// The path as OpenAPI writes it.
    var template: String {
        path.map { part in
            switch part {
            case .word(let word): "/\(word)"
            case .parameter(let name): "/{\(name)}"
            }
        }.joined()
    }

    func parameters(in place: APIParameter.Place) -> [APIParameter] { parameters.filter { $0.place == place } }

    /// Every kind of problem that may come of it.
    var allProblems: [Problem.Kind] {
        var kinds = problems + [.badRequest, .longTarget, .internalFault, .unavailable]
        if role != nil { kinds += [.unproven, .tooOften] }
        if !parameters(in: .path).isEmpty { kinds.append(.notFound) }
        if method == .post { kinds += [.forbidden, .tooLarge, .wrongType, .expectation] }
        return kinds.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The path's parameters, if it is this route's; nil: it is not.
    func arguments(of segments: [String]) -> [String: String]? {
        guard segments.count == path.count else { return nil }
        var found: [String: String] = [:]
        for (part, segment) in zip(path, segments) {
            switch part {
            case .word(let word): guard word == segment else { return nil }
            case .parameter(let name): found[name] = segment
            }
        }
        return found
    }
}

/// A request that has been looked at: everything in it is of the form that its route says.
struct APICall: Sendable {
    /// With whose token; an open route has none.
    var token: APIToken?
    /// Values of the path, the query, the fields and the body, by name.
    var path: [String: String] = [:]
    var query: [String: JSON] = [:]
    var fields: [String: String] = [:]
    var body: [String: JSON] = [:]
    /// Whether the server is about to end.
    var isDraining: @Sendable () -> Bool = { false }
    /// Takes a place among those who wait for events, and gives it up; false: there is none.
    var waiters: Places

    func integer(_ name: String) -> Int? {
        if case .number(let number)? = query[name] ?? body[name] { Int(exactly: number) } else { nil }
    }

    func text(_ name: String) -> String? {
        if case .text(let text)? = query[name] ?? body[name] { text } else { nil }
    }
}

/// What is answered.
struct APIReply: Sendable {
    var fields: HTTPFields = [:]
    var bytes: [UInt8]
    var type = "application/json"
}
