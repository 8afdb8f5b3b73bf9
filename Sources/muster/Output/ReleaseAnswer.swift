import ArtifactStore
import Cells
import FleetCore

/// What came of adding a release.
struct ReleaseAnswer: Encodable {
    /// A file of the release.
    struct File: Encodable {
        var name: String
        var size: Int64
        var sha256: String
        var sha1: String
        var md5: String

        init(_ name: String, _ digest: PayloadDigest) {
            self.name = name
            (size, sha256, sha1, md5) = (digest.size, digest.sha256, digest.sha1, digest.md5)
        }
    }

    /// False: it was there already, with the same bytes.
    var added: Bool
    var version: String
    /// What its file says, which other notes do not change.
    var notes: String
    /// Where its file is.
    var path: String
    var artifacts: [File]

    /// As text.
    var lines: [String] {
        var table = Table(["file", "#bytes", "sha256"])
        table.columns[2].limit = 64
        table.rows = artifacts.map { [$0.name, "\($0.size)", $0.sha256] }
        let place = TextWidth.sanitised(path)
        let sentence =
            added
            ? "release \(version) was added: \(place)"
            : "release \(version) is there with the same bytes; nothing was changed: \(place)"
        return [sentence] + table.lines
    }
}
