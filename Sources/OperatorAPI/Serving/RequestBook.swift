import Crypto
import FleetCore
import Foundation
import Synchronization

/// What was asked with an `Idempotency-Key`, so that one that is used for something else is noticed. The engine itself
/// knows which command had which key, also after a restart; this knows the whole request.
final class RequestBook: Sendable {
    /// Keys that are remembered. Beyond, the oldest are forgotten, and only the engine compares.
    static let capacity = 4096

    private struct Content {
        var prints: [CommandKey: [UInt8]] = [:]
        var order: [CommandKey] = []
    }

    private let content = Mutex(Content())

    /// The engine's key of a client's: nobody else has it.
    static func key(_ text: String, of token: APIToken) -> CommandKey {
        let hash = Array(SHA256.hash(data: Data("muster api key\n\(token.name)\n\(text)".utf8)))
        let halves = [hash[..<8], hash[8..<16]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return CommandKey(high: halves[0], low: halves[1])
    }

    /// Notes a request; false: the key was used for another one.
    func note(_ key: CommandKey, _ request: String) -> Bool {
        let print = Array(SHA256.hash(data: Data(request.utf8)))
        return content.withLock { content in
            if let known = content.prints[key] { return known == print }
            if content.order.count == Self.capacity { content.prints[content.order.removeFirst()] = nil }
            content.order.append(key)
            content.prints[key] = print
            return true
        }
    }
}
