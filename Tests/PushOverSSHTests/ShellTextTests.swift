import FleetCore
import Foundation
import Testing

@testable import PushOverSSH

/// What a shell makes of a line, by real shells: the words, and nothing else.
@Suite struct ShellTextTests {
    static let shells = ["/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/ksh", "/usr/bin/zsh", "/bin/busybox"].filter {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The words that a shell hands to a program which a line begins.
    private static func words(_ line: String, _ shell: String) throws -> [String] {
        let run = Process(), pipe = Pipe()
        run.executableURL = URL(filePath: shell)
        run.arguments = (shell.hasSuffix("busybox") ? ["sh"] : []) + ["-c", line]
        run.standardOutput = pipe
        run.standardError = FileHandle.nullDevice
        try run.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        run.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
    }

    static let hostile = [
        "", " ", "$(touch x)", "`touch x`", "'; touch x; '", "'\"'\"'", "\n", "a\nb\n", "-rf", "--", "*", "~", "!!",
        "\\",
        "\\'", "'\\''", "$HOME", "${IFS}", "a;b", "a|b", "a&b", "a>b", "#", "é ü 漢字 🙂", "\t", "\u{1B}[2J", "%s%n",
        "{a,b}",
        String(repeating: "'", count: 200), String(repeating: "x", count: 10_000), "\u{202E}x", "\r\n",
        "'\u{301}; touch x; '\u{301}", "'\u{200D}'", "'\u{FE0F}",
    ]

    @Test(arguments: shells) func wordsArriveAsTheyStand(shell: String) throws {
        let line = try ShellText.line(["/usr/bin/printf", "%s\\0"] + Self.hostile)
        #expect(try Self.words(line, shell) == Self.hostile)
    }

    @Test(arguments: shells) func randomWordsArriveAsTheyStand(shell: String) throws {
        var random = SeededBytes(state: 20_261_126)
        let alphabet = Array("'\"\\$`();|&<>*?[]{}!#~ \n\t-aé\u{301}".unicodeScalars)
        for _ in 0..<60 {
            let words = (0..<10).map { _ in
                String(
                    String.UnicodeScalarView(
                        (0..<Int(random.next() % 12)).map { _ in alphabet[Int(random.next()) % alphabet.count] }))
            }
            let line = try ShellText.line(["/usr/bin/printf", "%s\\0"] + words)
            #expect(try Self.words(line, shell) == words, "\(words)")
        }
    }

    @Test func aNULIsRefused() {
        #expect(throws: PushFault.self) { try ShellText.line(["a\0b"]) }
    }

    /// A line through two shells, as sshd's and the script's: the script sees the words.
    @Test(arguments: shells) func wordsArriveBehindAScript(shell: String) throws {
        let script = #"shift; printf '%s\0' "$@""#
        let line = try ShellText.line(["/bin/sh", "-c", script, "muster", "question"] + Self.hostile)
        #expect(try Self.words(line, shell) == Self.hostile)
    }
}

/// Bytes by a seed (PCG).
struct SeededBytes {
    var state: UInt64

    mutating func next() -> UInt8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56) & 0x7F
    }
}
