import ArtifactStore
import Digests
import FleetCore
import FleetFiles
import Foundation

/// Why a release is not added: what is wrong with what was asked for.
struct ReleaseRefusal: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    var message: String, remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    var description: String { "\(message); \(remedy)" }
}

/// A release that is to be added to a fleet's directory.
struct ReleaseAddition {
    /// What the folder is called while it is made ready: readers of a fleet pass over names that begin with a point.
    private static let prefix = ".adding-"

    /// The fleet's directory.
    var fleet: String
    var version: Version
    /// nil: none were given.
    var notes: String?
    /// The files' paths, in the order of the release.
    var files: [String]

    /// Adds the release, or finds that it is there.
    ///
    /// - Throws: `ReleaseRefusal`, or a fault of the source: what was asked for is wrong. Another `ArtifactStoreError`:
    ///   the fleet's directory cannot be written. `ExitStatus.badInput` if its releases cannot be read. Nothing was
    ///   changed then.
    func run() throws -> ReleaseAnswer {
        let names = try checkedNames()
        let releases = try ReleaseReading.read(fleet)
        var total: Int64 = 0
        for file in files { total += try PayloadFile.size(of: file) }
        let meter = CopyMeter(total: total)
        defer { meter.clear() }
        if let found = releases.first(where: { $0.release.version == version }) {
            return try compare(found, try digests(of: names, meter) { try PayloadFile.measure($0, progress: $2) })
        }
        return try add(names, meter)
    }

    /// The names that the files have in the release.
    private func checkedNames() throws -> [String] {
        guard files.count <= ReleaseFile.mostArtifacts else {
            throw ReleaseRefusal(
                "\(files.count) files, more than the \(ReleaseFile.mostArtifacts) that a release may have",
                remedy: "put them into one archive")
        }
        var seen: [String: String] = [:]
        let names = try files.map { file in
            let name = (file as NSString).lastPathComponent
            guard ReleaseFile.isFileName(name) else {
                throw ReleaseRefusal("\(file) has no name that a release can have", remedy: "name a file, or rename it")
            }
            // On some file systems names that differ in case are one.
            guard name.lowercased() != ReleaseFile.name else {
                throw ReleaseRefusal("\(file) is called like the release's own file", remedy: "rename it")
            }
            if let first = seen.updateValue(file, forKey: name.lowercased()) {
                throw ReleaseRefusal(
                    "\(first) and \(file) would have one name in the release", remedy: "rename one of them")
            }
            return name
        }
        if let name = ReleaseFile.ambiguous(names) {
            throw ReleaseRefusal(
                "\(name) is what devices ask for as the MD5 of \(name.dropLast(ReleaseFile.md5Suffix.count))",
                remedy: "rename one of them")
        }
        return names
    }

    private func digests(
        of names: [String], _ meter: CopyMeter, _ read: (String, String, (Int64) -> Void) throws -> PayloadDigest
    ) throws -> [PayloadDigest] {
        try zip(files, names).map { file, name in
            let digest = try read(file, name) { meter.show(name, bytes: $0) }
            meter.finish(bytes: digest.size)
            return digest
        }
    }

    private func answer(_ release: Release, added: Bool, path: String, _ digests: [PayloadDigest]) -> ReleaseAnswer {
        ReleaseAnswer(
            added: added, version: release.version.description, notes: release.notes, path: "\(fleet)/\(path)",
            artifacts: zip(release.artifacts, digests).map { ReleaseAnswer.File($0.name, $1) })
    }
}

// MARK: A new one

extension ReleaseAddition {
    /// Makes the release ready beside its place, and puts it there in one step.
    private func add(_ names: [String], _ meter: CopyMeter) throws -> ReleaseAnswer {
        let releases = "\(fleet)/releases"
        let isFirst = !FileManager.default.fileExists(atPath: releases)
        // Of a folder that was there, and of one in which the release is by now, nothing is removed by this.
        defer { if isFirst { _ = rmdir(releases) } }
        let staging = try StagingFolder(in: releases, prefix: Self.prefix, rights: .mask)
        defer { staging.remove() }
        let digests = try digests(of: names, meter) { try staging.copy($0, as: $1, progress: $2) }
        let artifacts = zip(names, digests).map { Artifact(name: $0, size: $1.size, sha256: $1.sha256) }
        let release = Release(version: version, notes: notes ?? "", artifacts: artifacts)
        try staging.write(ReleaseFile.text(of: release), as: ReleaseFile.name)
        do {
            try staging.publish(as: "\(releases)/\(version)")
        } catch {
            // Somebody else has put it there since: it is the same, or another.
            guard let found = try ReleaseReading.read(fleet).first(where: { $0.release.version == version }) else {
                throw error
            }
            return try compare(found, digests)
        }
        return answer(release, added: true, path: "releases/\(version)/\(ReleaseFile.name)", digests)
    }
}

// MARK: One that is there

extension ReleaseAddition {
    private func compare(_ found: FoundRelease, _ digests: [PayloadDigest]) throws -> ReleaseAnswer {
        let names = files.map { ($0 as NSString).lastPathComponent }
        if let difference = difference(found.release.artifacts, names, digests) {
            throw ReleaseRefusal(
                "release \(version) is there, and \(difference)",
                remedy: "a release is immutable: give what is new a new version")
        }
        for artifact in found.release.artifacts {
            let path = "\(fleet)/\(found.folder)/\(artifact.name)"
            guard try Digests.sha256(ofFile: path) == artifact.sha256 else {
                throw ReleaseRefusal(
                    "release \(version) is there, but \(path) is not what \(found.file) says",
                    remedy: "put the right file back")
            }
        }
        return answer(found.release, added: false, path: found.file, digests)
    }

    /// How the files differ from those of the release that is there.
    private func difference(_ there: [Artifact], _ names: [String], _ digests: [PayloadDigest]) -> String? {
        for (name, digest) in zip(names, digests) {
            guard let artifact = there.first(where: { $0.name == name }) else { return "has no \(name)" }
            if artifact.sha256 != digest.sha256 {
                return "its \(name) has other bytes, with the SHA-256 \(artifact.sha256) and not \(digest.sha256)"
            }
        }
        if let missing = there.first(where: { !names.contains($0.name) }) { return "has \(missing.name) too" }
        return there.map(\.name) == names ? nil : "has its files in another order"
    }
}
