import Foundation

/// What a device says of an action.
struct Feedback: Hashable {
    /// Where the client stands.
    enum Execution: String {
        case scheduled, download, downloaded, proceeding, resumed, rejected, canceled, closed
    }

    /// How it went.
    enum Finished: String { case none, success, failure }

    var execution: Execution
    var finished: Finished
    /// What it said for people, the last at the end; at most 50 texts of at most 700 characters.
    var details: [String]

    /// The most bytes of a body that are read. A client sends up to 48 lines of its log, of 700 characters at most.
    static let maximumLength = 64 << 10
    private static let mostDetails = 50, longestDetail = 700

    /// Reads a body; nil: it is not to be read.
    init?(reading body: some Sequence<UInt8>) {
        guard let root = LenientJSON.object(body), let status = root["status"] as? [String: Any],
            let execution = (status["execution"] as? String).flatMap(Execution.init)
        else { return nil }
        self.execution = execution
        let result = status["result"] as? [String: Any]
        finished = (result?["finished"] as? String).flatMap(Finished.init) ?? .none
        let details = status["details"] as? [Any] ?? []
        self.details = details.suffix(Self.mostDetails).compactMap { $0 as? String }.map {
            String($0.prefix(Self.longestDetail))
        }
    }

    /// Whether the client says that it is at work, and nothing else.
    var isWorking: Bool {
        switch execution {
        case .download, .proceeding, .resumed: true
        default: false
        }
    }

    /// Whether the client is done with the action.
    var isLast: Bool {
        switch execution {
        case .closed, .rejected, .canceled: true
        default: false
        }
    }
}

/// JSON as field clients send it.
enum LenientJSON {
    /// The deepest nesting that is read.
    static let deepest = 32

    /// Reads an object. Clients send raw newlines in texts, and a refusal would hang their action: control characters are
    /// taken for blanks. Nil: it is not to be read even so.
    static func object(_ body: some Sequence<UInt8>) -> [String: Any]? {
        let bytes = Data(body.map { $0 < 0x20 ? 0x20 : $0 })
        guard !isTooDeep(bytes) else { return nil }
        return (try? JSONSerialization.jsonObject(with: bytes)) as? [String: Any]
    }

    /// Whether it is nested deeper than is read.
    static func isTooDeep(_ body: some Sequence<UInt8>) -> Bool { depth(of: body) > deepest }

    /// How deep it is nested. Brackets in texts are text: a client's log may be full of them.
    private static func depth(of json: some Sequence<UInt8>) -> Int {
        var depth = 0, deepest = 0
        var isText = false, isEscaped = false
        for byte in json {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\") where isText: isEscaped = true
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += isText ? 0 : 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= isText ? 0 : 1
            default: break
            }
            deepest = max(deepest, depth)
        }
        return deepest
    }
}
