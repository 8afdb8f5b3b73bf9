import Foundation
import Testing

@testable import FleetCore

/// The same facts must fold to the same state in every build that reads the other's checkpoints. If this fails, `apply`
/// or the coding has changed: raise `StateCoder.formatVersion`, so that older checkpoints are not gone on with, and
/// record `Tests/Golden/State.txt` anew with MUSTER_RECORD=1. The facts, `Tests/Golden/StateFacts.txt`, stay as they
/// are: an old journal must still be read.
@Suite struct StateGoldenTests {
    @Test func recordedFactsFoldToTheRecordedState() throws {
        let isRecording = ProcessInfo.processInfo.environment["MUSTER_RECORD"] == "1"
        if isRecording, !FileManager.default.fileExists(atPath: file("StateFacts.txt").path) { try recordFacts() }
        let text = try String(contentsOf: file("StateFacts.txt"), encoding: .utf8)
        var state = FleetState()
        for line in text.split(separator: "\n") { state.apply(try FactCoder.decode(bytes(ofHexadecimal: line))) }
        var hash = StableHash()
        hash.combine(bytes: StateCoder.encode(state))
        let mark = "format \(StateCoder.formatVersion) state \(String(hash.value, radix: 16))\n"
        if isRecording { try mark.write(to: file("State.txt"), atomically: true, encoding: .utf8) }
        let recorded = try String(contentsOf: file("State.txt"), encoding: .utf8)
        #expect(mark == recorded, "the fold of old facts is another: raise StateCoder.formatVersion and record anew")
    }

    private func recordFacts() throws {
        var chance = TestChance(seed: 2026)
        var fixture = CounterTests.fixture()
        for _ in 0..<250 { CounterTests.act(&fixture, &chance) }
        let lines = fixture.machine.takeFacts().map { fact in
            FactCoder.encode(fact).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let text = lines.joined(separator: "\n") + "\n"
        try text.write(to: file("StateFacts.txt"), atomically: true, encoding: .utf8)
    }

    private func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden").appendingPathComponent(name)
    }

    private func bytes(ofHexadecimal text: Substring) -> [UInt8] {
        let digits = Array(text.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { offset in
            UInt8(String(decoding: digits[offset..<offset + 2], as: UTF8.self), radix: 16)
        }
    }
}
