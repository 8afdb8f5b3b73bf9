import FleetFiles
import Foundation
import Testing

/// Files that are wrong as files, or in their bytes.
struct BadFileTests {
    @Test func badUTF8NamesLineAndColumn() throws {
        let directory = try ScratchDirectory(FleetFixture.files)
        try directory.write("updates/u.yaml", Array("version: 1\ntitle: café ".utf8) + [0xc3, 0x28] + Array("\n".utf8))
        let result = directory.load()
        #expect(result.lines == ["updates/u.yaml:2:13: the byte 0xc3 is not UTF-8; save the file as UTF-8"])
        #expect(result.definition == nil)
    }

    @Test(
        arguments: [
            ([0xc0, 0x80], "0xc0"), ([0xed, 0xa0, 0x80], "0xed"), ([0xf4, 0x90, 0x80, 0x80], "0xf4"),
            ([0xe2, 0x82], "0xe2"),
            ([0x80], "0x80"), ([0xff], "0xff"),
        ] as [([UInt8], String)])
    func illFormedSequencesAreRefused(bytes: [UInt8], shown: String) throws {
        let directory = try ScratchDirectory(FleetFixture.files)
        try directory.write("fleet.yaml", Array("version: 1\nname: a".utf8) + bytes)
        let result = directory.load()
        #expect(result.lines.first == "fleet.yaml:2:8: the byte \(shown) is not UTF-8; save the file as UTF-8")
    }

    @Test func controlCharactersAreRefused() throws {
        #expect(
            try FleetFixture.lines(["updates/u.yaml": "version: 1\nid: \u{1b}[31m"]) == [
                "updates/u.yaml:2:5: a control character (0x1b) in a text file; remove it"
            ])
    }

    @Test func missingFilesAreNamed() throws {
        let directory = try ScratchDirectory()
        let result = directory.load()
        #expect(
            result.lines == [
                "devices.json: the file is missing; add it", "fleet.yaml: the file is missing; add it",
            ])
    }

    @Test func aDirectoryInPlaceOfAFile() throws {
        let directory = try ScratchDirectory(FleetFixture.files)
        try FileManager.default.createDirectory(
            atPath: directory.path + "/updates/v.yaml", withIntermediateDirectories: true)
        let result = directory.load()
        #expect(result.lines == ["updates/v.yaml: a directory stands where a file is expected; replace it"])
    }

    @Test func aSymbolicLinkInACircle() throws {
        let directory = try ScratchDirectory(FleetFixture.files)
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/updates/v.yaml", withDestinationPath: "v.yaml")
        let result = directory.load()
        #expect(
            result.lines == [
                "updates/v.yaml: a symbolic link that leads nowhere or in a circle; replace it by a file"
            ])
    }

    @Test func aPipeDoesNotBlock() throws {
        var files = FleetFixture.files
        files["fleet.yaml"] = nil
        let directory = try ScratchDirectory(files)
        #expect(mkfifo(directory.path + "/fleet.yaml", 0o600) == 0)
        let result = directory.load()
        #expect(
            result.lines.contains("fleet.yaml: not a regular file but a pipe, socket or device; replace it by a file"))
    }

    @Test func aHugeYAMLFileIsNotRead() throws {
        let directory = try ScratchDirectory(FleetFixture.files)
        let path = directory.path + "/updates/u.yaml"
        // A sparse file of 100 MB: it takes no room, and must take no memory either.
        #expect(truncate(path, 100_000_000) == 0)
        let result = directory.load()
        #expect(
            result.lines == [
                "updates/u.yaml: 100000000 bytes are more than the 1048576 allowed; is it the right file?"
            ])
    }

    @Test func referencesAreBounded() throws {
        let levels = (1...9).map { level in
            "l\(level): &l\(level) [\(Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", "))]"
        }
        let bomb = (["l0: &l0 [x]"] + levels).joined(separator: "\n")
        #expect(
            try FleetFixture.lines(["updates/u.yaml": bomb]) == [
                "updates/u.yaml:3:25: more than 12 references (*name); write the values out"
            ])
    }

    @Test(arguments: ["[", "{a: ", "- "]) func deepNestingIsRefused(opening: String) throws {
        let lines = try FleetFixture.lines(["updates/u.yaml": String(repeating: opening, count: 100_000)])
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("updates/u.yaml") == true)
    }

    @Test func aFileOfManyMistakesIsListedInPart() throws {
        let bad = (1...1500).map { "{\"id\": \"pos-\($0)\", \"firmware_version\": \"x\"}" }
        let result = try FleetFixture.load(["devices.json": "[\(bad.joined(separator: ",\n"))]"])
        #expect(result.problems.count == 100)
        #expect(result.unlisted == 1400)
        #expect(result.lines.last == "and 1400 more")
    }

    @Test func bothDeviceFilesAreRefused() throws {
        #expect(
            try FleetFixture.lines(["devices.csv": "id,firmware\n"]) == [
                "devices.csv: there is a devices.json too; keep one of them"
            ])
    }

    @Test func notADirectory() throws {
        let result = FleetDirectory(path: "/nonexistent-fleet").load(digest: { _ in "" })
        #expect(result.lines == ["/nonexistent-fleet: not a fleet directory; name a directory with a fleet.yaml"])
    }
}
