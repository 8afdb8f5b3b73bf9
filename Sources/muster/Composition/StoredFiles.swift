import ArtifactStore
import DeviceGateway
import FleetCore
import FleetEngine
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
    /// The same where no device asks.
    static let lookInterval = Duration.seconds(15)
    /// How long after the last device has asked for it a file that cannot be had is nobody's trouble any more.
    static let faultLifetime = Duration.seconds(3600)

    /// A file by its release: one that two releases share is named by the one that a device is to have.
    private struct Wanted: Hashable {
        var artifact: Artifact
        var release: Version
    }

    /// Why a file is not delivered.
    private struct Fault {
        var told: DeliveryFaults.Fault
        var lookedAt = ContinuousClock.now, askedAt = ContinuousClock.now
    }

    private struct Content {
        var open: [String: OpenArtifact] = [:]
        /// Files that cannot be had.
        var faults: [Wanted: Fault] = [:]
        /// Files that are not to be delivered.
        var objections: [Wanted: Fault] = [:]
        /// Files that are being copied anew.
        var underRepair: Set<String> = []
    }

    private let store: ArtifactStore
    private let fleet: String
    private let capacity: Int
    private let objection: @Sendable (Artifact, Version) -> String?
    private let onFaults: @Sendable ([DeliveryFaults.Fault]) -> Void
    private let logger: Logger
    private let content = Mutex(Content())

    /// The files of a store.
    /// - Parameters:
    ///   - fleet: The fleet's directory.
    ///   - capacity: Files that are held open at once.
    ///   - objection: Why a file is not to be delivered to anybody; nil: it may be.
    ///   - onFaults: Told all that cannot be delivered, whenever that changes.
    init(
        _ store: ArtifactStore, fleet: String, capacity: Int = mostOpen,
        objection: @escaping @Sendable (Artifact, Version) -> String? = { _, _ in nil }, logger: Logger,
        onFaults: @escaping @Sendable ([DeliveryFaults.Fault]) -> Void = { _ in }
    ) {
        self.store = store
        self.fleet = fleet
        self.capacity = capacity
        self.objection = objection
        self.onFaults = onFaults
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
        allow(artifact, release)
        guard let file = proven(artifact, release) else {
            content.withLock { $0.faults[Wanted(artifact: artifact, release: release)]?.askedAt = .now }
            return nil
        }
        return DeliverableFile(file)
    }

    func heldFile(_ artifact: Artifact, of release: Version) -> DeliverableFile? {
        guard objection(artifact, release) == nil,
            let held = content.withLock({ $0.open[artifact.sha256] }), held.isUnchanged
        else { return nil }
        allow(artifact, release)
        return DeliverableFile(held)
    }

    /// Looks again at what could not be delivered, whether a device asks for it or not.
    /// - Parameter rest: How long after the last look at a file the next one is; to look whether it may be delivered
    ///   costs nothing.
    func lookAgain(after rest: Duration = lookInterval) {
        let now = ContinuousClock.now
        let (objections, faults) = content.withLock { content in
            content.faults = content.faults.filter { now - $0.value.askedAt < Self.faultLifetime }
            content.objections = content.objections.filter { now - $0.value.askedAt < Self.faultLifetime }
            return (content.objections, content.faults)
        }
        for wanted in objections.keys {
            // Why may have changed: what was not readable yet is not signed either.
            guard let why = objection(wanted.artifact, wanted.release) else {
                allow(wanted.artifact, wanted.release)
                continue
            }
            refuse(wanted.artifact, wanted.release, why, isAsked: false)
        }
        for (wanted, fault) in faults where now - fault.lookedAt >= rest {
            _ = proven(wanted.artifact, wanted.release, after: rest)
        }
        tellFaults()
    }

    private func tellFaults() {
        // Told in the order in which they came to be: the last word is the present state.
        content.withLock { content in
            let all = content.faults.merging(content.objections) { $1 }
            onFaults(all.values.map(\.told))
        }
    }

    /// Two devices may have one file hashed at once, which costs time and does no harm.
    private func proven(
        _ artifact: Artifact, _ release: Version, after rest: Duration = retryInterval
    ) -> OpenArtifact? {
        let sha256 = artifact.sha256
        let (held, isOutOfReach) = content.withLock { content in
            let fault = content.faults[Wanted(artifact: artifact, release: release)]
            let isFresh = fault.map { ContinuousClock.now - $0.lookedAt < rest } ?? false
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
            let mended = content.faults.keys.filter { $0.artifact.sha256 == artifact.sha256 }
            for wanted in mended { content.faults[wanted] = nil }
            return !mended.isEmpty
        }
        if wasOutOfReach {
            tellFaults()
            logger.notice("a file of a release can be delivered again", metadata: fields(artifact, release))
        }
    }

    /// Said once for each reason, however many devices ask.
    private func remember(_ error: ArtifactStoreError, _ artifact: Artifact, _ release: Version) {
        // What is wrong with the disk or with rights is not mended by the right file.
        let remedy =
            error.fault == .storage
            ? error.remedy : "put the right file back: it is taken from the fleet's directory by itself"
        let isKnown = content.withLock { content in
            content.open[artifact.sha256] = nil
            return Self.note(&content.faults, artifact, release, error.message, remedy)
        }
        say("a file of a release cannot be delivered", artifact, release, error.message, remedy, isKnown: isKnown)
    }

    /// Said once for each reason, however many devices ask. It is looked at anew for each, for it costs nothing.
    private func refuse(_ artifact: Artifact, _ release: Version, _ why: String, isAsked: Bool = true) {
        let remedy = "sign it: `muster release publish`"
        let isKnown = content.withLock { content in
            let isKnown = Self.note(&content.objections, artifact, release, why, remedy)
            if isAsked { content.objections[Wanted(artifact: artifact, release: release)]?.askedAt = .now }
            return isKnown
        }
        say("a file of a release is not delivered", artifact, release, why, remedy, isKnown: isKnown)
    }

    /// Nothing speaks against a file any more.
    private func allow(_ artifact: Artifact, _ release: Version) {
        let wasRefused = content.withLock { content in
            !content.objections.isEmpty
                && content.objections.removeValue(forKey: Wanted(artifact: artifact, release: release)) != nil
        }
        guard wasRefused else { return }
        tellFaults()
        logger.notice("a file of a release may be delivered", metadata: fields(artifact, release))
    }

    /// Keeps since when a file is not delivered, and when a device asked for it last.
    /// - Returns: Whether that was known for this reason.
    private static func note(
        _ faults: inout [Wanted: Fault], _ artifact: Artifact, _ release: Version, _ reason: String, _ remedy: String
    ) -> Bool {
        let wanted = Wanted(artifact: artifact, release: release), before = faults[wanted]
        let told = DeliveryFaults.Fault(
            release: release, file: artifact.name, reason: reason, remedy: remedy,
            since: before?.told.since ?? WallClock.now)
        faults[wanted] = Fault(told: told, askedAt: before?.askedAt ?? .now)
        return before?.told.reason == reason
    }

    private func say(
        _ what: Logger.Message, _ artifact: Artifact, _ release: Version, _ reason: String, _ remedy: String,
        isKnown: Bool
    ) {
        guard !isKnown else { return }
        tellFaults()
        var metadata = fields(artifact, release)
        metadata["reason"] = "\(reason)"
        metadata["remedy"] = "\(remedy)"
        logger.error(what, metadata: metadata)
    }

    private func fields(_ artifact: Artifact, _ release: Version) -> Logger.Metadata {
        ["release": "\(release)", "file": "\(artifact.name)"]
    }
}

extension DeliverableFile {
    /// A file of the store.
    fileprivate init(_ file: OpenArtifact) {
        let known = file.artifact
        self.init(
            size: known.size, sha1: known.sha1, md5: known.md5, sha256: known.sha256, bytes: OpenBytes(file: file))
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
