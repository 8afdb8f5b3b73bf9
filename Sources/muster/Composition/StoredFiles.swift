import ArtifactStore
import DeviceGateway
import FleetCore
import FleetFiles
import Logging
import Synchronization

/// The files of releases that the gateway delivers: each is hashed before its first byte leaves, and held open after. One
/// that is damaged or missing is copied anew from the release in the fleet's directory.
final class StoredFiles: ArtifactSource {
    /// The most files that are held open at once.
    static let mostOpen = 256
    /// How long after a file could not be had it is looked for again: to hash it for every request would be dear.
    static let retryInterval = Duration.seconds(10)

    /// Why a file cannot be had.
    private struct Fault {
        var reason: String
        var lookedAt: ContinuousClock.Instant
    }

    private struct Content {
        var open: [String: OpenArtifact] = [:]
        var faults: [String: Fault] = [:]
        /// Why files are not to be delivered, as it was said last.
        var objections: [String: String] = [:]
        /// Files that are being copied anew.
        var underRepair: Set<String> = []
    }

    private let store: ArtifactStore
    private let fleet: String
    private let capacity: Int
    private let objection: @Sendable (Artifact, Version) -> String?
    private let logger: Logger
    private let content = Mutex(Content())

    /// The files of a store.
    /// - Parameters:
    ///   - fleet: The fleet's directory.
    ///   - capacity: Files that are held open at once.
    ///   - objection: Why a file is not to be delivered to anybody; nil: it may be.
    init(
        _ store: ArtifactStore, fleet: String, capacity: Int = mostOpen,
        objection: @escaping @Sendable (Artifact, Version) -> String? = { _, _ in nil }, logger: Logger
    ) {
        self.store = store
        self.fleet = fleet
        self.capacity = capacity
        self.objection = objection
        self.logger = logger
    }

    /// How many files could not be had when they were asked for last.
    var metrics: [MetricFamily] {
        [
            MetricFamily(
                "muster_undeliverable_files", .gauge, "Files of releases that could not be had when asked for last.",
                Double(content.withLock { $0.faults.count }))
        ]
    }

    func file(_ artifact: Artifact, of release: Version) -> DeliverableFile? {
        if let why = objection(artifact, release) {
            refuse(artifact, release, why)
            return nil
        }
        guard let file = proven(artifact, release) else { return nil }
        let known = file.artifact
        return DeliverableFile(
            size: known.size, sha1: known.sha1, md5: known.md5, sha256: known.sha256, bytes: OpenBytes(file: file))
    }

    /// Two devices may have one file hashed at once, which costs time and does no harm.
    private func proven(_ artifact: Artifact, _ release: Version) -> OpenArtifact? {
        let sha256 = artifact.sha256
        let (held, isOutOfReach) = content.withLock { content in
            let fault = content.faults[sha256]
            let isFresh = fault.map { ContinuousClock.now - $0.lookedAt < Self.retryInterval } ?? false
            return (content.open[sha256], isFresh || content.underRepair.contains(sha256))
        }
        if let held, held.isUnchanged { return held }
        guard !isOutOfReach else { return nil }
        do throws(ArtifactStoreError) {
            guard let file = try opened(artifact, release) else { return nil }
            hold(file, artifact, release)
            return file
        } catch {
            remember(error, artifact, release)
            return nil
        }
    }

    /// The file, copied anew if need be; nil: another request has it copied right now.
    private func opened(_ artifact: Artifact, _ release: Version) throws(ArtifactStoreError) -> OpenArtifact? {
        do throws(ArtifactStoreError) {
            if let file = try store.open(sha256: artifact.sha256) { return file }
        } catch  where error.fault == .damage {
            logger.warning("what is kept of a release's file is damaged", metadata: ["reason": "\(error.message)"])
        }
        guard content.withLock({ $0.underRepair.insert(artifact.sha256).inserted }) else { return nil }
        defer { content.withLock { _ = $0.underRepair.remove(artifact.sha256) } }
        try store.import(
            Release(version: release, artifacts: [artifact]), from: "\(fleet)/\(folder(of: release))")
        logger.notice(
            "a file of a release was copied anew from the fleet's directory", metadata: fields(artifact, release))
        return try store.open(sha256: artifact.sha256)
    }

    /// Where a release's files lie in the fleet's directory; if its releases cannot be read, where they would.
    private func folder(of release: Version) -> String {
        let found = FleetDirectory(path: fleet).loadReleases().releases?.first { $0.release.version == release }
        return found?.folder ?? "releases/\(release)"
    }

    private func hold(_ file: OpenArtifact, _ artifact: Artifact, _ release: Version) {
        let wasOutOfReach = content.withLock { content in
            if content.open[artifact.sha256] == nil, content.open.count >= capacity, let one = content.open.keys.first {
                content.open[one] = nil
            }
            content.open[artifact.sha256] = file
            return content.faults.removeValue(forKey: artifact.sha256) != nil
        }
        if wasOutOfReach {
            logger.notice("a file of a release can be delivered again", metadata: fields(artifact, release))
        }
    }

    /// Said once for each reason, however many devices ask.
    private func remember(_ error: ArtifactStoreError, _ artifact: Artifact, _ release: Version) {
        let isKnown = content.withLock { content in
            let before = content.faults.updateValue(
                Fault(reason: error.message, lookedAt: .now), forKey: artifact.sha256)
            content.open[artifact.sha256] = nil
            return before?.reason == error.message
        }
        guard !isKnown else { return }
        var metadata = fields(artifact, release)
        metadata["reason"] = "\(error.message)"
        // What is wrong with the disk or with rights is not mended by the right file.
        metadata["remedy"] =
            error.fault == .storage
            ? "\(error.remedy)" : "put the right file back: it is taken from the fleet's directory by itself"
        logger.error("a file of a release cannot be delivered", metadata: metadata)
    }

    /// Said once for each reason, however many devices ask. It is looked at anew for each, for it costs nothing.
    private func refuse(_ artifact: Artifact, _ release: Version, _ why: String) {
        let isKnown = content.withLock { $0.objections.updateValue(why, forKey: artifact.sha256) == why }
        guard !isKnown else { return }
        var metadata = fields(artifact, release)
        metadata["reason"] = "\(why)"
        metadata["remedy"] = "sign it: `muster release publish`"
        logger.error("a file of a release is not delivered", metadata: metadata)
    }

    private func fields(_ artifact: Artifact, _ release: Version) -> Logger.Metadata {
        ["release": "\(release)", "file": "\(artifact.name)"]
    }
}

private struct OpenBytes: FileBytes {
    let file: OpenArtifact

    var isUnchanged: Bool { file.isUnchanged }

    func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int {
        try file.read(at: offset, into: piece)
    }

    func descriptor(ofCached range: Range<Int64>) -> Int32? {
        file.isCached(range) ? file.descriptor : nil
    }
}

/// Puts the files of a fleet's releases into its store.
struct ReleaseIntake {
    let fleet: String
    let store: ArtifactStore
    /// Only these, where not all files of the fleet can be used; nil: all that are there.
    var only: [Version]?

    private func releases() throws -> [FoundRelease] {
        guard let only else { return try ReleaseReading.read(fleet) }
        return FleetDirectory(path: fleet).loadReleases().sound.filter { only.contains($0.release.version) }
    }

    /// Copies what the store does not have. Files that are there are not read again: each is hashed before it is
    /// delivered.
    /// - Throws: What is wrong with a release's file, or with the storage.
    func run() throws {
        let missing = try releases().filter { found in
            !found.release.artifacts.allSatisfy { isThere($0) }
        }
        let meter = CopyMeter(total: missing.reduce(0) { $0 + $1.release.size })
        defer { meter.clear() }
        for found in missing {
            let name = "release \(found.release.version)"
            try store.import(found.release, from: "\(fleet)/\(found.folder)") { meter.show(name, bytes: $0) }
            meter.finish(bytes: found.release.size)
        }
    }

    /// A damaged file is copied anew.
    private func isThere(_ artifact: Artifact) -> Bool {
        ((try? store.find(sha256: artifact.sha256)) ?? nil) != nil
    }
}
