import FleetCore

/// A release as it was read, with where it says its version.
struct ReadRelease {
    var release: Release
    var scope: FileScope
    var versionPlace: Place?
    /// Whether nothing is wrong in its file, and with the files it names.
    var isSound = true
}

/// Reads one release and compares its artifacts with the files they name.
struct ReleaseReader {
    /// The largest artifact, in bytes.
    static let largestArtifact = 1 << 40

    /// The SHA-256 of a file, as 64 hexadecimal digits; nil: only sizes are compared.
    var digest: ((String) throws -> String)?

    /// - Parameters:
    ///   - expected: The version that the file's or folder's name gives.
    ///   - folder: Where the artifacts lie.
    func read(_ root: YamlValue, expected: String, folder: String, scope: FileScope) -> ReadRelease? {
        guard let map = root.map("a release", known: ["version", "notes", "artifacts"]) else { return nil }
        let value = map.required("version", expected)
        let version = value?.version()
        if let version, Version(expected) != version {
            value?.error("version \(version) in a place named \(expected.shown)", "give both the same version")
        }
        let notes = map["notes"]?.text() ?? ""
        let items = map["artifacts"]?.items(atMost: ReleaseFile.mostArtifacts) ?? []
        var artifacts: [Artifact] = []
        for item in items {
            guard let artifact = artifact(item, folder: folder) else { continue }
            if artifacts.contains(where: { $0.name == artifact.name }) {
                item.error("duplicate artifact `\(artifact.name.shown)`", "name each file once")
            }
            artifacts.append(artifact)
        }
        if let name = ReleaseFile.ambiguous(artifacts.map(\.name)) {
            map["artifacts"]?.error(
                "`\(name.shown)` is what devices ask for as the MD5 of `\(String(name.dropLast(ReleaseFile.md5Suffix.count)).shown)`",
                "rename one of them")
        }
        guard let version else { return nil }
        let release = Release(version: version, notes: notes, artifacts: artifacts)
        return ReadRelease(release: release, scope: scope, versionPlace: value?.place)
    }

    private func artifact(_ item: YamlValue, folder: String) -> Artifact? {
        guard let map = item.map("an artifact", known: ["file", "size", "sha256"]) else { return nil }
        let name = map.required("file", "pos-app.bin").flatMap(fileName)
        let size = map.required("size", "4096")?.integer(in: 0...Self.largestArtifact)
        let sha256 = map.required("sha256", "the 64 digits that sha256sum prints").flatMap(hash)
        guard let name, let size, let sha256, let fileValue = map["file"], let sizeValue = map["size"],
            let hashValue = map["sha256"]
        else { return nil }
        let path = folder + "/" + name
        do throws(ReadFault) {
            let found = try FileKind(path: path).size()
            if found != size {
                let bytes = found == 1 ? "1 byte" : "\(found) bytes"
                sizeValue.error("`\(name.shown)` has \(bytes), not \(size)", "correct `size` or the file")
            }
            if found == size { compare(path, name: name, with: sha256, hashValue) }
        } catch {
            fileValue.error("`\(name.shown)`: \(error.message)", error.remedy)
        }
        return Artifact(name: name, size: Int64(size), sha256: sha256)
    }

    private func compare(_ path: String, name: String, with sha256: String, _ value: YamlValue) {
        do {
            guard let found = try digest?(path), found != sha256 else { return }
            value.error(
                "`\(name.shown)` has the SHA-256 \(found)",
                "a release is immutable: put the right file back, or correct it")
        } catch {
            value.error("`\(name.shown)` cannot be hashed: \(error)", "check its permissions")
        }
    }

    private func fileName(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        guard ReleaseFile.isFileName(text) else {
            value.error("`\(text.shown)` is not a file name", "name a file next to this one, without folders")
            return nil
        }
        return text
    }

    private func hash(_ value: YamlValue) -> String? {
        guard let text = value.text()?.lowercased() else { return nil }
        guard text.utf8.count == 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            value.error("`sha256` is not 64 hexadecimal digits", "take what sha256sum prints, in quotes")
            return nil
        }
        return text
    }
}
