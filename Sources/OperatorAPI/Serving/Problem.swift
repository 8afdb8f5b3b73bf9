import FleetCore
import HTTPTypes

/// Why a request has no other answer, as RFC 9457 has it.
struct Problem: Error, Hashable, Sendable {
    /// What kinds there are; each has one status.
    enum Kind: String, CaseIterable, Sendable {
        case badRequest = "bad-request"
        case unproven, forbidden
        case notFound = "not-found"
        case wrongMethod = "wrong-method"
        case refused, changed
        case tooLarge = "too-large"
        case longTarget = "long-target"
        case wrongType = "wrong-type"
        case expectation
        case usedKey = "used-key"
        case tooOften = "too-often"
        case internalFault = "internal-fault"
        case unavailable

        var status: HTTPResponse.Status {
            switch self {
            case .badRequest: .badRequest
            case .unproven: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .wrongMethod: .methodNotAllowed
            case .refused: .conflict
            case .changed: .preconditionFailed
            case .tooLarge: .contentTooLarge
            case .longTarget: .uriTooLong
            case .wrongType: .unsupportedMediaType
            case .expectation: .expectationFailed
            case .usedKey: .unprocessableContent
            case .tooOften: .tooManyRequests
            case .internalFault: .internalServerError
            case .unavailable: .serviceUnavailable
            }
        }

        var title: String {
            switch self {
            case .badRequest: "The request cannot be read"
            case .unproven: "No token that counts"
            case .forbidden: "The token's role does not cover it"
            case .notFound: "There is no such thing"
            case .wrongMethod: "Not by this method"
            case .refused: "The engine has refused it"
            case .changed: "What it was decided on has changed"
            case .tooLarge: "The body is too large"
            case .longTarget: "The address is too long"
            case .wrongType: "The body is not JSON"
            case .expectation: "What is expected cannot be met"
            case .usedKey: "The key was used for another request"
            case .tooOften: "Too many requests"
            case .internalFault: "The server has failed"
            case .unavailable: "The engine does not answer now"
            }
        }
    }

    let kind: Kind
    /// What is wrong here.
    let detail: String
    /// What to do.
    let remedy: String
    /// Fields that go with the answer.
    var headers: HTTPFields = [:]

    init(_ kind: Kind, _ detail: String, remedy: String, headers: HTTPFields = [:]) {
        self.kind = kind
        self.detail = detail
        self.remedy = remedy
        self.headers = headers
    }

    init(_ kind: Kind, _ refusal: Refusal) { self.init(kind, refusal.message, remedy: refusal.remedy) }

    /// As it is sent.
    var body: ProblemBody {
        ProblemBody(
            type: "urn:muster:\(kind.rawValue)", title: kind.title, status: kind.status.code, detail: detail,
            remedy: remedy)
    }
}

/// `application/problem+json`.
struct ProblemBody: Encodable, Hashable, Sendable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    var remedy: String
}
