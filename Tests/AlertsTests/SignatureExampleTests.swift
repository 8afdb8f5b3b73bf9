import Foundation
import Testing

@testable import Alerts

/// The README's example in Python knows our signature, and no other.
@Suite(.timeLimit(.minutes(10)))
struct SignatureExampleTests {
    private static let check = """

        import sys
        secret, signature, body = sys.argv[1].encode(), sys.argv[2], sys.stdin.buffer.read()
        print(is_genuine(secret, signature, body))
        """

    private func answer(_ secret: String, _ signature: String, _ body: String) throws -> String {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        let block = try #require(text.split(separator: "```python\n").dropFirst().first)
        let example = try #require(block.firstRange(of: "```").map { String(block[..<$0.lowerBound]) })
        return try Tool.run("python3", ["-c", example + Self.check, secret, signature], input: body)
    }

    @Test func itTellsOursFromOthers() throws {
        let body = "{\"a\":1}", now = Int64(Date().timeIntervalSince1970)
        let sign = { WebhookSignature.value(of: Data(body.utf8), secret: Data("s".utf8), unixTime: $0) }
        #expect(try answer("s", sign(now), body) == "True")
        #expect(try answer("t", sign(now), body) == "False")
        #expect(try answer("s", sign(now), body + " ") == "False")
        #expect(try answer("s", sign(now - 3600), body) == "False")
        #expect(try answer("s", sign(now).replacingOccurrences(of: "t=\(now)", with: "t=\(now + 1)"), body) == "False")
    }
}
