import Foundation

/// The bodies of what is said.
enum FeedbackBody {
    /// Characters of one detail, and details of one word: what a gateway of Muster reads.
    static let longestDetail = 700, mostDetails = 48

    private struct Word: Encodable {
        struct Status: Encodable {
            struct Result: Encodable { var finished: String }
            var execution: String
            var result: Result
            var details: [String]
        }
        var id: String
        var status: Status
    }

    private struct Description: Encodable {
        var mode = "replace"
        var data: [String: String]
    }

    static func json(_ feedback: Feedback, _ action: UInt32) -> Data {
        let details = feedback.details.suffix(mostDetails).map { String($0.prefix(longestDetail)) }
        return encoded(
            Word(
                id: "\(action)",
                status: .init(
                    execution: feedback.execution.rawValue, result: .init(finished: feedback.finished.rawValue),
                    details: details)))
    }

    static func json(_ attributes: [(name: String, value: String)]) -> Data {
        encoded(Description(data: Dictionary(attributes.map { ($0.name, $0.value) }) { first, _ in first }))
    }

    private static func encoded(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("texts can be written as JSON") }
        return data
    }
}
