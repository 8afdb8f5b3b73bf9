import FleetCore
import Foundation
import Testing

/// The format cannot drift without a change to `Tests/Golden/FactCoding.txt`: a journal of last year must still be
/// read. Record anew with MUSTER_RECORD=1, and only together with a new `formatVersion` or a new kind.
struct CodingGoldenTests {
    @Test func encodingsAreAsRecorded() throws {
        let lines = CodingSamples.all.map { name, fact in "\(name) \(hexadecimal(FactCoder.encode(fact)))" }
        let text = lines.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["MUSTER_RECORD"] == "1" {
            try FileManager.default.createDirectory(
                at: golden.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: golden, atomically: true, encoding: .utf8)
        }
        let recorded = try String(contentsOf: golden, encoding: .utf8)
        #expect(text == recorded, "the coding of facts has changed: old journals would not be read any more")
    }

    @Test func recordedEncodingsAreRead() throws {
        let lines = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n")
        let recorded = try lines.map { line in
            try FactCoder.decode(bytes(ofHexadecimal: line.split(separator: " ").last ?? ""))
        }
        #expect(recorded == CodingSamples.all.map(\.fact))
    }

    @Test func everyKindHasASample() {
        #expect(Set(CodingSamples.all.map(\.fact.event.kind)) == Set(EventKind.allCases))
    }

    /// A journal of an older build is read, and what it does not say is as it was then.
    @Test func factsOfTheFirstFormatAreRead() throws {
        let lines = try String(contentsOf: file("FactCodingFormat1.txt"), encoding: .utf8).split(separator: "\n")
        let samples = CodingSamples.inFormat1
        #expect(lines.count == samples.count)
        for (line, sample) in zip(lines, samples) {
            let parts = line.split(separator: " ")
            let fact = try FactCoder.decode(bytes(ofHexadecimal: parts[1]))
            #expect(parts[0] == sample.name)
            #expect(fact.event == sample.event)
            #expect(try FactCoder.decode(FactCoder.encode(fact)) == fact)
        }
    }

    private var golden: URL { file("FactCoding.txt") }

    private func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden").appendingPathComponent(name)
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func bytes(ofHexadecimal text: Substring) -> [UInt8] {
        stride(from: 0, to: text.utf8.count, by: 2).compactMap { offset in
            UInt8(text.dropFirst(offset).prefix(2), radix: 16)
        }
    }
}
