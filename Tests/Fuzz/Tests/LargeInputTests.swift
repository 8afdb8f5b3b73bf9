import Foundation
import Testing

/// A large input of one shape, made so that a reader has something to do at every byte.
struct LargeInput: CustomTestStringConvertible {
    let reader: String
    let shape: String
    /// The input of about so many bytes.
    let make: @Sendable (Int) -> [UInt8]

    init(_ reader: String, _ shape: String, _ make: @escaping @Sendable (Int) -> [UInt8]) {
        self.reader = reader
        self.shape = shape
        self.make = make
    }

    /// One piece over and over, between a beginning and an end.
    init(_ reader: String, _ shape: String, from start: String, _ piece: String, to end: String = "") {
        self.init(reader, shape) { size in
            let count = max(1, size / piece.utf8.count)
            return Array((start + String(repeating: piece, count: count) + end).utf8)
        }
    }

    /// Pieces that are numbered, so that no two are the same.
    init(_ reader: String, _ shape: String, from start: String, numbered: @escaping @Sendable (Int) -> String) {
        self.init(reader, shape) { size in
            var text = start, number = 0
            while text.utf8.count < size {
                text += numbered(number)
                number += 1
            }
            return Array(text.utf8)
        }
    }

    var testDescription: String { "\(reader): \(shape)" }
}

/// Eight times the bytes may take eight times the time, not 64 times.
@Suite(.serialized) struct LargeInputTests {
    private static let small = 4 << 10
    private static let growth = 8
    /// What is allowed on top of the growth itself: caches, and the grain of the clock.
    private static let slack = 3.0
    /// Below this nothing is measured that could be told from noise.
    private static let grain = 0.004

    @Test(arguments: shapes) func `time grows as the input does`(input: LargeInput) throws {
        let reader = try #require(FuzzReader.named(input.reader))
        // Twice, for the first time pays for tables that are made once.
        let bytes = input.make(Self.small)
        let small = try min(seconds(reader, bytes), seconds(reader, bytes))
        let large = try seconds(reader, input.make(Self.small * Self.growth))
        let allowed = max(small, Self.grain) * Double(Self.growth) * Self.slack
        #expect(large <= allowed, "\(small) s, and \(large) s for \(Self.growth) times the bytes")
    }

    /// The processor's time of this thread, which other tests do not lengthen.
    private func seconds(_ reader: FuzzReader, _ bytes: [UInt8]) throws -> Double {
        let start = Self.processorTime()
        _ = try reader.check(bytes)
        return Self.processorTime() - start
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static let shapes = devices + yaml + texts

    private static let devices = [
        LargeInput("devices-json", "devices", from: "[{}") {
            ",{\"id\":\"pos-\($0)\",\"firmware\":\"2.3.1\",\"till\":\($0)}"
        },
        LargeInput("devices-json", "keys", from: "[{\"id\":\"a\"") { ",\"key\($0)\":1" },
        LargeInput("devices-json", "one key", from: "[{\"id\":\"a\"", ",\"site\":\"N-1\"", to: "}]"),
        LargeInput("devices-json", "zones", from: "[{}") {
            ",{\"id\":\"p\($0)\",\"firmware\":\"1\",\"time_zone\":\"A/\($0)\"}"
        },
        LargeInput("devices-json", "brackets", from: "[{\"a\":", "["),
        LargeInput("devices-json", "a text", from: "[{\"a\":\"", "é"),
        LargeInput("devices-json", "lines", from: "[", "\n"),
        LargeInput("devices-csv", "devices", from: "id,firmware,region\n") { "pos-\($0),2.3.1,r\($0)\n" },
        LargeInput("devices-csv", "columns", from: "id") { ",column\($0)" },
        LargeInput("devices-csv", "a quote", from: "id\n\"", "\"\""),
        LargeInput("devices-csv", "faults", from: "id,firmware\n", "a,x,,\n"),
    ]

    private static let yaml = [
        LargeInput("fleet", "regions", from: "version: 1\nname: f\nzones:\n") { "  r\($0): America/New_York\n" },
        LargeInput("fleet", "unknown keys", from: "version: 1\n") { "key\($0): 1\n" },
        LargeInput("fleet", "duplicate keys", from: "version: 1\n", "a: 1\n"),
        LargeInput("fleet", "duplicate keys in braces", from: "{", "a: 1, ", to: "}"),
        LargeInput("fleet", "a key in a long line", from: "{x: \"", "aa", to: "\", a: 1, a: 2}"),
        LargeInput("fleet", "brackets", from: "", "["),
        LargeInput("fleet", "braces", from: "", "{a: "),
        LargeInput("fleet", "dashes", from: "", "- "),
        LargeInput("fleet", "indented keys", from: "") { String(repeating: " ", count: min($0, 900)) + "a:\n" },
        LargeInput("fleet", "keys that are lists", from: "? [", "[a], ", to: "]\n: 1\n"),
        LargeInput("fleet", "question marks", from: "", "? "),
        LargeInput("fleet", "colons", from: "", ":"),
        LargeInput("fleet", "a text in quotes", from: "name: \"", "\\x41"),
        LargeInput("fleet", "lines of a text", from: "name: \"", "a\n "),
        LargeInput("fleet", "a block", from: "name: |\n", "  a\n"),
        LargeInput("fleet", "a comment", from: "#", "#"),
        LargeInput("fleet", "comments", from: "name: [", "# a\n"),
        LargeInput("fleet", "colours", from: "a: [", "b: #fff "),
        LargeInput("fleet", "anchors", from: "") { "- &a\($0) x\n" },
        LargeInput("fleet", "tags", from: "", "!a "),
        LargeInput(
            "fleet", "freezes", from: "version: 1\nname: f\nfreezes:\n",
            "- {name: a, from: 2026-01-01, until: 2026-01-02}\n"),
        LargeInput("update", "phases", from: "version: 1\nstrategy: progressive\nphases:\n", "- {percent: 100}\n"),
        LargeInput(
            "update", "selector", from: "version: 1\nid: u\nrelease: 2.4.0\nstrategy: immediate\ndevices: \"", "all or "
        ),
        LargeInput("release", "artifacts", from: "version: 2.4.0\nartifacts:\n") {
            "- {file: f\($0), size: 1, sha256: \(String(repeating: "a", count: 64))}\n"
        },
        LargeInput("simulation", "returns", from: "version: 1\nreturns:\n") { "- {device: d\($0), after: 3h}\n" },
        LargeInput("theme", "colours", from: "version: 1\nname: t\ninherits: dark\npalette:\n") {
            "  c\($0): {c16: 1}\n"
        },
        LargeInput("config", "keys", from: "version: 1\nkeys:\n") { "  action\($0): [p]\n" },
        LargeInput("config", "key texts", from: "version: 1\nkeys:\n  pause: [", "p, ", to: "]\n"),
    ]

    private static let texts = [
        LargeInput("selector", "alternatives", from: "all", " or all"),
        LargeInput("selector", "a list", from: "site in (a", ", a", to: ")"),
        LargeInput("selector", "brackets", from: "", "("),
        LargeInput("filter", "words", from: "", "a "),
        LargeInput("filter", "spaces", from: "a", " "),
        LargeInput("filter", "alternatives", from: "all", " or all"),
        LargeInput("version", "numbers", from: "1", ".1"),
        LargeInput("time", "a duration", from: "", "1h"),
        LargeInput("key-text", "a word", from: "ctrl-", "d"),
        LargeInput("command-line", "words", from: "pause", " a"),
        LargeInput("command-line", "spaces", from: "pause ", " "),
        LargeInput("keys", "letters", from: "", "ab"),
        LargeInput("keys", "escapes", from: "", "\u{1b}["),
        LargeInput("keys", "a paste", from: "\u{1b}[200~", "y"),
        LargeInput("fact", "a list") { size in
            [21, 1, 0] + [UInt8(size & 127 | 128), UInt8(size >> 7 & 127 | 128), UInt8(size >> 14)]
                + Array(repeating: 0, count: size * 2)
        },
    ]
}
