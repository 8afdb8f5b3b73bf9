/// What a terminal says of an action.
public struct DDIFeedback: Hashable, Sendable {
    /// Where it stands.
    public enum Execution: String, Sendable { case proceeding, downloaded, rejected, closed }
    /// How it went.
    public enum Finished: String, Sendable { case none, success, failure }

    /// Where it stands.
    public var execution: Execution
    /// How it went.
    public var finished: Finished
    /// For people; the gateway reads the cause of a failure out of it.
    public var details: [String]

    /// Feedback of these parts.
    public init(execution: Execution, finished: Finished, details: [String] = []) {
        self.execution = execution
        self.finished = finished
        self.details = details
    }

    /// It works on it.
    public static let proceeding = DDIFeedback(execution: .proceeding, finished: .none)
    /// It has restarted and is done.
    public static let succeeded = DDIFeedback(execution: .closed, finished: .success)
    /// It goes on with what was to be dropped.
    public static let goesOn = DDIFeedback(execution: .rejected, finished: .none)

    /// It has given up; `why` is said as a field client says it.
    public static func failed(_ why: String) -> DDIFeedback {
        DDIFeedback(execution: .closed, finished: .failure, details: ["ERROR: \(why)"])
    }

    /// The body of the request. What terminals say of themselves holds nothing that JSON would want escaped but quotes
    /// and backslashes.
    func json(_ action: UInt32) -> String {
        let texts = details.map { text in
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return #"{"id":"\#(action)","status":{"execution":"\#(execution.rawValue)","#
            + #""result":{"finished":"\#(finished.rawValue)"},"details":[\#(texts.joined(separator: ","))]}}"#
    }
}
