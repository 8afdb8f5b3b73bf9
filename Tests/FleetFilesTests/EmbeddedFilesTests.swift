import FleetFiles
import Foundation
import Testing

struct EmbeddedFilesTests {
    @Test(arguments: ["sample-fleet", "themes"]) func embeddedBytesAreThoseOfTheFolders(folder: String) throws {
        if ProcessInfo.processInfo.environment["MUSTER_RECORD"] == "1" { try EmbeddingRecorder.recording.get() }
        let embedded = folder == "themes" ? EmbeddedFiles.themes : EmbeddedFiles.sampleFleet
        let files = try EmbeddingRecorder.files(of: folder)
        #expect(
            embedded.map(\.path) == files.map(\.path),
            "run MUSTER_RECORD=1 swift test --filter FleetFilesTests, then build again")
        for (copy, original) in zip(embedded, files) {
            #expect(
                copy.bytes == Array(original.bytes), "\(copy.path): run MUSTER_RECORD=1 swift test, then build again")
        }
    }

    @Test func writtenFleetLoads() throws {
        let directory = try ScratchDirectory()
        try EmbeddedFiles.write(to: directory.path)
        let result = FleetDirectory(path: directory.path).load(digest: Reference.sha256(ofFile:))
        #expect(result.lines == [])
        #expect(result.definition?.devices.count == 10)
        #expect(result.definition?.updates.count == 6)
    }
}

/// Writes the folders into Swift sources.
enum EmbeddingRecorder {
    /// Lines of one source; the house allows 300.
    private static let linesOfASource = 270
    /// Base64 digits of one line.
    private static let digitsOfALine = 104

    static func files(of folder: String) throws -> [(path: String, bytes: Data)] {
        let root = Checkout.root.appending(path: folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path()).sorted()
        return try paths.compactMap { path in
            let file = root.appending(path: path)
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: file.path(), isDirectory: &isDirectory)
            guard !isDirectory.boolValue, !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else {
                return nil
            }
            return (path, try Data(contentsOf: file))
        }
    }

    /// Done once, however many tests ask for it.
    static let recording = Result { try record() }

    private static func record() throws {
        let target = Checkout.root.appending(path: "Sources/FleetFiles/Embedded")
        for name in try FileManager.default.contentsOfDirectory(atPath: target.path()) where name.contains("Part") {
            try FileManager.default.removeItem(at: target.appending(path: name))
        }
        let fleet = try write("sampleFleet", files(of: "sample-fleet"), to: target)
        let themes = try write("themes", files(of: "themes"), to: target)
        let index = """
            // Generated from sample-fleet/ and themes/ by EmbeddedFilesTests.
            extension EmbeddedFiles {
                static let sampleFleetParts = [\(fleet.joined(separator: ", "))]
                static let themesParts = [\(themes.joined(separator: ", "))]
            }

            """
        try index.write(to: target.appending(path: "EmbeddedFiles+Parts.swift"), atomically: true, encoding: .utf8)
    }

    /// Writes one source after the other; returns the names of what they declare.
    private static func write(_ name: String, _ files: [(path: String, bytes: Data)], to target: URL) throws -> [String]
    {
        var parts: [[String]] = [[]]
        for file in files {
            let entry = entry(file.path, file.bytes)
            if (parts.last?.count ?? 0) + entry.count > linesOfASource { parts.append([]) }
            parts[parts.count - 1] += entry
        }
        var names: [String] = []
        for (index, lines) in parts.enumerated() {
            let part = "\(name)Part\(index + 1)"
            let source =
                ["// Generated from sample-fleet/ and themes/ by EmbeddedFilesTests.", "extension EmbeddedFiles {"]
                + ["    static let \(part): [(String, String)] = ["] + lines + ["    ]", "}", ""]
            let file = "EmbeddedFiles+\(part.prefix(1).uppercased())\(part.dropFirst()).swift"
            try source.joined(separator: "\n").write(
                to: target.appending(path: file), atomically: true, encoding: .utf8)
            names.append(part)
        }
        return names
    }

    private static func entry(_ path: String, _ bytes: Data) -> [String] {
        var rest = Substring(bytes.base64EncodedString())
        var lines: [String] = []
        while !rest.isEmpty {
            lines.append("            " + rest.prefix(digitsOfALine))
            rest = rest.dropFirst(digitsOfALine)
        }
        return ["        (", "            \"\(path)\",", "            \"\"\""] + lines + [
            "            \"\"\"", "        ),",
        ]
    }
}
