import FleetCore
import Foundation
import Testing

@testable import Alerts

/// Posts to a real receiver.
@Suite(.timeLimit(.minutes(10)))
struct WebhookTests {
    let folder: ScratchFolder
    let secret: String

    init() throws {
        folder = try ScratchFolder()
        secret = try folder.write("secret", "a secret of the shop\n")
    }

    private func deliver(_ conduct: Receiver.Conduct, time: Duration = .seconds(20)) throws -> (Delivery, Receiver) {
        let receiver = try Receiver([conduct])
        let webhook = Webhook(
            AlertWebhook(url: receiver.url, secretFile: secret), attemptTime: time,
            now: { Timestamp(milliseconds: 1_772_550_000_999) })
        defer { webhook.cancel() }
        return (webhook.deliver(Alert.test(fleet: "shop", at: Timestamp(milliseconds: 5))), receiver)
    }

    @Test func aPostIsSignedAndNamed() throws {
        let (delivery, receiver) = try deliver(.answer(204))
        #expect(delivery == .delivered("it answered 204"))
        let request = try #require(receiver.requests.first)
        #expect(request.target == "POST /hook HTTP/1.1")
        #expect(request.head["content-type"] == "application/json")
        #expect(request.head["muster-alert-id"] == "5-test" && request.id == "5-test")
        #expect(request.json["version"] as? Int == 1)
        // The code by openssl, which shares nothing with ours.
        let signature = try #require(request.head["muster-signature"])
        let signed = try folder.write("signed", "1772550000." + String(decoding: request.body, as: UTF8.self))
        let code = try Tool.run("openssl", ["dgst", "-sha256", "-hmac", "a secret of the shop", "-hex", signed])
        #expect(signature == "t=1772550000,v1=\(code.split(separator: " ").last ?? "")")
    }

    @Test(arguments: [
        (500, true), (503, true), (408, true), (429, true), (400, false), (401, false), (404, false), (410, false),
        (301, false), (307, false),
    ])
    func answers(status: Int, isTriedAgain: Bool) throws {
        let elsewhere = try Receiver()
        let (delivery, receiver) = try deliver(.answer(status, headers: ["Location: \(elsewhere.url)"], body: "no"))
        switch delivery {
        case .failed(let text, _): #expect(isTriedAgain && text == "it answered \(status): no")
        case .refused(let text): #expect(!isTriedAgain && text.hasPrefix("it answered \(status): no"))
        case .delivered: Issue.record("delivered")
        }
        #expect(receiver.requests.count == 1 && elsewhere.requests.isEmpty)
    }

    @Test(arguments: [("7", Duration.seconds(7)), ("Fri, 01 Jan 2027 00:00:00 GMT", nil), ("-1", nil)])
    func aReceiverMayAskForAPause(text: String, wish: Duration?) throws {
        let (delivery, _) = try deliver(.answer(429, headers: ["Retry-After: \(text)"]))
        #expect(delivery == .failed("it answered 429", wish: wish))
    }

    @Test func whatHangsIsLeft() throws {
        let (delivery, _) = try deliver(.hang, time: .seconds(1))
        #expect(delivery == .failed("no answer within 1 s"))
    }

    /// The status says enough; what trickles in behind it is not waited for beyond the attempt's time.
    @Test func anAnswerWithoutEndCounts() throws {
        let (delivery, _) = try deliver(.drip, time: .seconds(1))
        #expect(delivery == .delivered("it answered 200: x"))
    }

    @Test func aLongAnswerIsCutOff() throws {
        let (delivery, _) = try deliver(.answer(200, body: String(repeating: "x", count: 1 << 20)))
        #expect(delivery == .delivered("it answered 200: " + String(repeating: "x", count: Webhook.mostToldBytes)))
    }

    @Test func aReceiverThatDropsTheLineFails() throws {
        let (delivery, _) = try deliver(.drop)
        guard case .failed = delivery else { return #expect(Bool(false), "\(delivery)") }
    }

    @Test func anAnswerIsInertInTheLog() throws {
        let (delivery, _) = try deliver(.answer(500, body: "\u{1b}[31mred\r\nline"))
        #expect(delivery.text == "it answered 500: \u{FFFD}[31mred\u{FFFD}\u{FFFD}line")
    }

    @Test func aSecretForEverybodyIsNotUsed() throws {
        _ = try folder.write("secret", "s", mode: 0o644)
        let (delivery, receiver) = try deliver(.answer(200))
        #expect(delivery.text.hasPrefix("everybody may read or change the secret"))
        #expect(receiver.requests.isEmpty)
    }
}

/// A program of the system.
enum Tool {
    static func run(_ name: String, _ arguments: [String], input: String = "") throws -> String {
        let process = Process(), output = Pipe(), standardInput = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.standardOutput = output
        process.standardInput = standardInput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestFailure("\(name) ended with \(process.terminationStatus)")
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
