import FleetCore
import FleetFiles
import Foundation
import Testing

/// The file of a release is read as it was written, and looks like those that people write.
struct ReleaseFileTests {
    private static let digits = String(repeating: "0123456789abcdef", count: 4)

    @Test func itLooksLikeTheSamples() throws {
        for version in ["2.4.0", "2.4.1", "2.5.0", "3.0.0"] {
            let file = Checkout.path("sample-fleet/releases/\(version)/release.yaml")
            let found = try #require(FleetDirectory(path: Checkout.path("sample-fleet")).loadReleases().releases)
            let release = try #require(found.first { $0.release.version.description == version })
            #expect(release.file == "releases/\(version)/release.yaml")
            #expect(release.folder == "releases/\(version)")
            #expect(ReleaseFile.text(of: release.release) == (try String(contentsOfFile: file, encoding: .utf8)))
        }
    }

    static let texts = [
        "null", "~", "true", "1.5", "- a", "a: b", "a #b", "'", "\"", "\\", "\\n", "{a}", "[a", "&a", "!a", "%a", "@",
        "a b.bin", " a ", "ä.bin", "日本.bin", "a\u{2028}b", "a\u{85}b", "a\u{feff}", "a\u{202e}b", "e\u{301}", "👩‍👩‍👧",
        String(repeating: " *a", count: 80), "-", ".a", "a.", "?", "? a", "|", ">", "y", "0x1f", "2026-01-01",
    ]

    @Test(arguments: texts) func whatIsWrittenIsRead(text: String) throws {
        let release = Release(
            version: Version("3.1.0-rc.1+5") ?? Version(3, 1, 0), notes: text,
            artifacts: [Artifact(name: text, size: 1, sha256: Self.digits)])
        let folder = "releases/\(release.version)"
        let scratch = try ScratchDirectory(["fleet.yaml": "", "\(folder)/release.yaml": ReleaseFile.text(of: release)])
        #expect(FileManager.default.createFile(atPath: "\(scratch.path)/\(folder)/\(text)", contents: Data([1])))
        let result = FleetDirectory(path: scratch.path).loadReleases()
        #expect(result.problems.map(\.description) == [])
        #expect(result.releases?.map(\.release) == [release])
    }

    @Test func namesThatCannotBeWritten() {
        let names = ["", ".", "..", "a/b", "a\0b", "a\nb", "\u{feff}a", String(repeating: "a", count: 256)]
        #expect(names.filter(ReleaseFile.isFileName) == [])
    }

    /// A release without files and notes is what some fleets call the state that devices are in.
    @Test func aReleaseOfNothing() {
        #expect(ReleaseFile.text(of: Release(version: Version(1, 0, 0))) == "version: 1.0.0\n")
    }

    @Test func releasesOfWhatIsNoFleet() throws {
        let scratch = try ScratchDirectory(["releases/1.0.0.yaml": "version: 1.0.0"])
        for path in [scratch.path, "\(scratch.path)/nowhere"] {
            let result = FleetDirectory(path: path).loadReleases()
            #expect(result.releases == nil)
            #expect(result.problems.map(\.remedy) == ["name a directory with a fleet.yaml"])
        }
    }
}
