import Foundation
import NIOHTTP1
import Testing

@testable import DeviceGateway

/// Which requests are plain polls, and how their answers are written.
@Suite struct PollRequestTests {
    private func read(
        _ uri: String = "/shop/controller/v1/till-1", _ method: HTTPMethod = .GET, _ version: HTTPVersion = .http1_1,
        _ headers: [(String, String)] = []
    ) -> PollRequest? {
        let usual = [("Host", "gateway"), ("Authorization", "TargetToken t"), ("Accept", "*/*")]
        return PollRequest(
            HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(usual + headers)),
            longestTarget: 100)
    }

    @Test func aPlainPollIsRead() throws {
        let poll = try #require(read("/DEFAULT/controller/v1/a.B-9_~", headers: [("host", "second")]))
        #expect(poll.tenant == "DEFAULT" && poll.id == "a.B-9_~")
        #expect(poll.authorization == "TargetToken t" && poll.host == "gateway")
    }

    private func read(_ uri: String, headers: [(String, String)]) -> PollRequest? { read(uri, .GET, .http1_1, headers) }

    @Test(arguments: [
        "", "/", "shop/controller/v1/a", "/shop/controller/v1", "/shop/controller/v1/", "/shop/controller/v1/a/",
        "//shop/controller/v1/a", "/shop//controller/v1/a", "/shop/controller/v1//a", "/shop/controller/v2/a",
        "/shop/Controller/v1/a", "/shop/controller/v1/a?b", "/shop/controller/v1/a#b", "/shop/controller/v1/a%20b",
        "/sh%6Fp/controller/v1/a", "/shop/controller/v1/ä", "/shop/controller/v1/a/configData",
        "http://host/shop/controller/v1/a", "/shop/controller/v1/" + String(repeating: "a", count: 100),
    ]) func otherTargetsAreNotPolls(target: String) {
        #expect(read(target) == nil)
    }

    @Test(arguments: [
        "Prefer", "PREFER", "expect", "Connection", "content-length", "Content-Length", "Transfer-Encoding",
        "authorization",
    ]) func whatAsksForSomethingSpecialIsNone(field: String) {
        #expect(read("/shop/controller/v1/a", headers: [(field, "1")]) == nil)
    }

    @Test func otherMethodsAndVersionsAreNone() {
        #expect(read() != nil)
        #expect(read("/shop/controller/v1/a", .HEAD) == nil && read("/shop/controller/v1/a", .POST) == nil)
        #expect(read("/shop/controller/v1/a", .GET, .http1_0) == nil)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"),
    ]) func aDateIsWrittenAsTheStandardSays(second: Int, text: String) {
        #expect(ReplyDate.text(at: second) == text)
    }

    @Test func aClockIsWrittenInThreePairs() {
        #expect(DDIReplies.clock(.zero) == "00:00:01" && DDIReplies.clock(.seconds(3661)) == "01:01:01")
        #expect(DDIReplies.clock(.seconds(86_399)) == "23:59:59" && DDIReplies.clock(.seconds(1 << 40)) == "99:00:00")
    }
}
