import Foundation
import Testing

@testable import TerminalAgent

/// What a gateway says is looked at before anything is done by it.
@Suite struct OfferReadingTests {
    private static let hash = String(repeating: "0", count: 64)

    private func offer(name: String = "app", size: String = "3", sha256: String = hash, version: String = "1.0")
        -> String
    {
        #"{"id":"7","deployment":{"download":"forced","update":"forced","chunks":[{"part":"os","name":"firmware","#
            + #""version":"\#(version)","artifacts":[{"filename":"\#(name)","size":\#(size),"#
            + #""hashes":{"sha1":"","sha256":"\#(sha256)"},"_links":{"download-http":{"href":"http://x/y"}}}]}]}}"#
    }

    private func read(_ text: String) -> OfferedRelease? { try? OfferReading.release(Data(text.utf8)) }

    private func problem(_ text: String) -> String? {
        do throws(OfferReading.Problem) { _ = try OfferReading.release(Data(text.utf8)) } catch {
            return error.description
        }
        return nil
    }

    @Test func whatIsNotToBeBegunYetIsRead() {
        let plain = #""update":"forced""#
        #expect(read(offer())?.heldBack == nil)
        #expect(read(offer().replacing(plain, with: #""update":"skip""#))?.heldBack == "the gateway holds it back")
        #expect(
            read(offer().replacing(#""download":"forced""#, with: #""download":"skip""#))?.heldBack
                == "the gateway holds it back")
        let windows: [(String, String?)] = [
            ("available", nil), ("unavailable", "outside its maintenance window"),
        ]
        for (word, expected) in windows {
            let window = #","maintenanceWindow":"\#(word)""#
            #expect(read(offer().replacing(plain, with: plain + window))?.heldBack == expected)
        }
    }

    /// Nothing of what a gateway wrote is repeated.
    @Test func whatIsWrongIsSaid() {
        let file = "deployment.chunks.1.artifacts.1"
        #expect(problem(offer()) == nil)
        #expect(problem(offer(name: "../app")) == "the name of file 1 is none")
        #expect(problem(offer(size: "-1")) == "the size of file 1 is none")
        #expect(problem(offer(size: "\(Int64.max)")) == "the size of file 1 is none")
        #expect(problem(offer(size: #""5""#)) == "\(file).size is none")
        #expect(problem(offer(size: "1e300")) == "it is no JSON of one")
        #expect(problem(offer(size: "null")) == "\(file).size is missing")
        #expect(problem(offer(sha256: "00")) == "the sha256 of file 1 is none")
        #expect(problem(offer(version: "")) == "its version is none")
        #expect(
            problem(offer().replacing(#","sha256":"\#(Self.hash)""#, with: "")) == "\(file).hashes.sha256 is missing")
        #expect(problem(#"{"id":"7","deployment":{"chunks":[]}}"#) == "it has no chunks")
        #expect(
            problem(#"{"id":"7","deployment":{"chunks":[{"version":"1","artifacts":[]}]}}"#) == "it has no files")
        #expect(
            problem(#"{"id":"7","deployment":{"chunks":[{"version":"1"}]}}"#)
                == "deployment.chunks.1.artifacts is missing")
        #expect(problem("{") == "it is no JSON of one")
    }

    /// Polls that are answered in between do not make it ask at once again.
    @Test func whatMakesNoSenseIsAskedForMoreAndMoreRarely() {
        var pace = PollPace(shortest: .seconds(1))
        let offer = PollAnswer(interval: .seconds(60), deployment: .init(action: 7, url: "offer"))
        func time(_ failure: LinkFailure) -> Duration {
            pace.answered(offer)
            pace.didNotReadOffer(failure)
            return pace.next - .now
        }
        for most in [1, 2, 4, 8, 16] {
            let pause = time(.misunderstood("release"))
            #expect(pause > .seconds(50) + .milliseconds(500 * most) && pause <= .seconds(60 + most))
        }
        pace.readOffer()
        for most in [1, 2, 4, 8, 16] {
            let pause = time(.unreachable("the line broke"))
            #expect(pause <= .seconds(most))
        }
        #expect(time(.unreachable("the line broke")) > .seconds(5))
        #expect(time(.refused(503, retryAfter: .seconds(9))) <= .seconds(9))
        pace.answered(PollAnswer(interval: .seconds(60)))
        #expect(time(.unreachable("the line broke")) <= .seconds(1))
    }

    @Test func anOfferIsRead() {
        #expect(
            read(offer())
                == OfferedRelease(
                    action: 7, version: "1.0", part: "os",
                    files: [.init(name: "app", length: 3, sha256: Self.hash, url: "http://x/y")]))
    }

    @Test(arguments: [
        "../app", "a/b", "..", ".", "", "a\\u0000b", "a\\nb", "a\\u202eb", String(repeating: "a", count: 256),
    ])
    func aNameThatIsNoneIsRefused(name: String) { #expect(read(offer(name: name)) == nil) }

    @Test(arguments: ["-1", "1e30", "\"3\"", "3.5", "9223372036854775807"])
    func aSizeThatIsNoneIsRefused(size: String) { #expect(read(offer(size: size)) == nil) }

    @Test func otherThingsAreRefused() {
        #expect(read(offer(sha256: "00")) == nil)
        #expect(read(offer(sha256: String(repeating: "g", count: 64))) == nil)
        #expect(read(offer(version: "")) == nil)
        #expect(read(offer(version: "1\\u001b[31m")) == nil)
        for version in ["../../x", "/etc", "1.0/..", "a//b", ".", ".."] {
            #expect(problem(offer(version: version)) == "its version is none", "\(version)")
        }
        #expect(read(offer(version: String(repeating: "1", count: 129))) == nil)
        #expect(read("{}") == nil && read("") == nil && read("[]") == nil)
    }

    @Test func aPollIsRead() throws {
        let text =
            #"{"config":{"polling":{"sleep":"00:05:00"}},"_links":{"deploymentBase":{"href":"http://h/x/deploymentBase/9?c=1"},"#
            + #""cancelAction":{"href":"http://h/x/cancelAction/8"},"configData":{"href":"http://h/x/configData"}}}"#
        let (answer, cancel) = try #require(PollReading.answer(Data(text.utf8)))
        #expect(answer.interval == .seconds(300) && answer.wantsAttributes)
        #expect(answer.deployment == PollAnswer.Link(action: 9, url: "http://h/x/deploymentBase/9?c=1"))
        #expect(cancel?.action == 8)
        for sleep in ["", "5", "00:00", "-1:00:00", "99999999999999999999:00:00"] {
            #expect(PollReading.answer(Data(#"{"config":{"polling":{"sleep":"\#(sleep)"}}}"#.utf8)) == nil, "\(sleep)")
        }
    }

    /// The token and the bytes keep to addresses that are no worse than the gateway's.
    @Test func addressesAreCompared() throws {
        let secure = try #require(Origin("https://ops.example.com:8443/x"))
        #expect(Origin("https://OPS.example.com:8443/y") == secure)
        #expect(Origin("https://ops.example.com/y") != secure)
        #expect(try #require(Origin("http://ops.example.com:8443")).isNoWorse(than: secure) == false)
        #expect(try #require(Origin("https://cdn.example.com")).isNoWorse(than: secure))
        #expect(Origin("ftp://x") == nil && Origin("https://kim@x/") == nil && Origin("/x") == nil)
    }
}
