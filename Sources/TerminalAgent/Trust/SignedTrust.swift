import FleetCore
import FleetFiles
import Foundation
import Logging
import Synchronization
import TUF

/// Believes what the fleet's own keys have signed, by The Update Framework, whoever delivers it.
///
/// A release's file is the target `releases/VERSION/NAME`, which says which part of how many it is: an offer that lacks one,
/// or has one more, is refused, since whoever delivers a release decides nothing of it. A version older than what runs is refused, unless each of its
/// targets names what runs in `rollback-from`: that is an approved rollback, signed like the rest. Where several things say what
/// runs, the newest of it is what nothing older may follow unapproved.
public struct SignedTrust: ReleaseTrust {
    /// How long all metadata of one check may take. What has come by then is kept, so that the next check goes on from it.
    public static let longestCheck = Duration.seconds(60)
    /// How often the agent looks up meanwhile.
    private static let look = Duration.milliseconds(200)

    private let settings: AgentSettings.SignedReleases
    private let logger: Logger?
    private let client: TUFClient
    private let longestCheck: Duration

    /// Trust that begins with the root in a file, unless the folder has a later one already.
    /// - Parameter longestCheck: How long all metadata of one check may take.
    /// - Throws: A refusal that says what is wrong with the root or the folder, and will not pass.
    public init(
        _ settings: AgentSettings.SignedReleases, source: any MetadataSource,
        longestCheck: Duration = SignedTrust.longestCheck, logger: Logger? = nil
    ) throws(TrustRefusal) {
        self.longestCheck = longestCheck
        self.settings = settings
        self.logger = logger
        client = TUFClient(metadataFolder: settings.folder, source: source)
        do { try begin() } catch TUFRefusal.storage(let path, let reason) {
            // That may pass, and the gateway is told of it by each check.
            let fields = ["reason": "\(path): \(reason)"] as Logger.Metadata
            logger?.error("the root of signed releases cannot be read or written now", metadata: fields)
        } catch { throw TrustRefusal("the root of signed releases: \(error)") }
    }

    /// Lays a root where none is that could be trusted. What was verified once and is damaged is set aside: a terminal that
    /// begins anew is better than one that is never updated again. One that cannot be read now stays, and is believed later:
    /// an older one may name keys that were stolen since.
    private func begin() throws {
        let stored = try TUFClient.storedRoot(metadataFolder: settings.folder)
        if case .damaged(let damage) = stored { try setAside("root.json", damage.reason) }
        try setAsideFolders()
        if case .trusted(let root) = stored { return keepCopy(of: root) }
        if let problem = AgentGround.problem(ofFolder: settings.folder, makesParents: true) {
            throw StorageFailure(problem)
        }
        try FileManager.default.createDirectory(
            atPath: settings.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let (origin, root) = try rootToBegin()
        try TUFClient.begin(metadataFolder: settings.folder, root: root)
        logger?.notice("signed releases are begun with a root", metadata: ["root": "\(origin)"])
    }

    /// Of files other than the root only what is no file stands in the way: another is fetched in the place of a damaged one.
    private func setAsideFolders() throws {
        let disk = SystemDisk()
        for name in try disk.names(in: settings.folder) ?? [] where name.hasSuffix(".json") {
            if try disk.names(in: "\(settings.folder)/\(name)") != nil { try setAside(name, "it is a folder") }
        }
    }

    private func setAside(_ name: String, _ reason: String) throws {
        let disk = SystemDisk(), path = "\(settings.folder)/\(name)", aside = path + ".damaged"
        try disk.remove(aside)
        try disk.move(path, to: aside)
        try disk.sync(PathTrail(settings.folder).end)
        logger?.error(
            "metadata that was verified before is damaged, and is begun anew",
            metadata: ["file": "\(path)", "aside": "\(aside)", "reason": "\(reason)"])
    }

    /// Where the last verified root lies once more, so that keys which it has taken back stay taken back when it is damaged.
    private var copy: String { PathTrail(settings.folder).end + "/root.json.copy" }

    private func keepCopy(of root: [UInt8]) {
        let disk = SystemDisk()
        guard (try? disk.read(copy, atMost: root.count)) != root else { return }
        do { try disk.replace(copy, with: root) } catch {
            logger?.warning("no copy of the verified root is kept", metadata: ["reason": "\(error)"])
        }
    }

    /// The copy of the last verified root; where that is damaged too, the root that the terminal was given.
    private func rootToBegin() throws -> (origin: String, bytes: [UInt8]) {
        let disk = SystemDisk(), longest = TUF.Limits().longestRoot
        if let length = try disk.length(of: copy), length <= longest, let bytes = try disk.read(copy, atMost: longest),
            (try? TrustedMetadata(root: bytes, at: UTCTime.now)) != nil
        {
            return (copy, bytes)
        }
        return (settings.rootFile, try Self.root(of: settings))
    }

    /// The root that the terminal was given.
    static func root(of settings: AgentSettings.SignedReleases) throws -> [UInt8] {
        guard let root = try SystemDisk().read(settings.rootFile, atMost: TUF.Limits().longestRoot) else {
            throw StorageFailure("\(settings.rootFile) is not there")
        }
        return root
    }

    public func verified(
        _ release: OfferedRelease, running: [String], isStopped: () -> Bool
    ) throws(TrustRefusal) -> [OfferedRelease.File]? {
        do { try begin() } catch {
            throw TrustRefusal("signature: the root of signed releases: \(error)", isPassing: true)
        }
        let names = release.files.map { "releases/\(release.version)/\($0.name)" }
        let found = waiting(isStopped) { [client] in
            try await client.refresh()
            var targets: [TargetFile] = []
            for name in names { targets.append(try await client.target(named: name)) }
            return targets
        }
        if case .trusted(let root)? = try? TUFClient.storedRoot(metadataFolder: settings.folder) { keepCopy(of: root) }
        let targets: [TargetFile]
        do { targets = try found.get() } catch is Stopped { return nil } catch { throw Self.refusal(error) }
        let running = Self.newest(running)
        for (file, target) in zip(release.files, targets) { try expect(file, target, release, running) }
        try expectWhole(release, targets)
        return release.files
    }

    /// All parts that are signed are offered, each once, and nothing beside them. Where no target says what it is a part of,
    /// as other tools sign them, nothing tells which files are the whole release, and those that are offered are.
    private func expectWhole(_ release: OfferedRelease, _ targets: [TargetFile]) throws(TrustRefusal) {
        guard targets.contains(where: { $0.custom?["part"] != nil || $0.custom?["parts"] != nil }) else { return }
        let counts = Set(targets.map { $0.custom?["parts"]?.integer })
        guard counts.count == 1, let signed = counts.first ?? nil else {
            throw TrustRefusal("signature: the files of \(release.version) are not signed as one release")
        }
        guard targets.count == signed else {
            let offered = "\(targets.count) \(targets.count == 1 ? "file is" : "files are") offered"
            throw TrustRefusal("signature: \(offered) as \(release.version), and \(signed) are signed")
        }
        guard Set(targets.map { $0.custom?["part"]?.integer }) == Set(1...signed) else {
            throw TrustRefusal("signature: a file of \(release.version) is missing, and another is in its place")
        }
    }

    private func expect(
        _ file: OfferedRelease.File, _ target: TargetFile, _ release: OfferedRelease, _ running: [String]
    ) throws(TrustRefusal) {
        guard target.hashes.byAlgorithm["sha256"] == file.sha256, target.length == file.length else {
            throw TrustRefusal("signature: \(file.name) is offered with another length or hash than is signed")
        }
        if let version = target.custom?["version"]?.string, version != release.version {
            throw TrustRefusal("signature: \(file.name) is signed for \(version)")
        }
        let approved = target.custom?["rollback-from"]?.array?.compactMap(\.string) ?? []
        for running in running where Self.isOlder(release.version, than: running) && !approved.contains(running) {
            throw TrustRefusal(
                "signature: \(release.version) is older than \(running), and no rollback from that is signed")
        }
    }

    /// The newest of these versions, and what cannot be compared with it.
    private static func newest(_ versions: [String]) -> [String] {
        let newest = versions.compactMap { Version($0) }.max()
        return versions.filter { version in Version(version).map { $0 == newest } ?? true }
    }

    /// What cannot be compared is taken for older, but for the same.
    private static func isOlder(_ version: String, than other: String) -> Bool {
        guard let one = Version(version), let two = Version(other) else { return version != other }
        return one < two
    }

    /// What is out of date or cannot be had may be another matter later; what is wrong stays wrong.
    private static func refusal(_ error: any Error) -> TrustRefusal {
        switch error as? TUFRefusal {
        case .expired, .missing, .storage, .damaged, .noTrustedRoot:
            TrustRefusal("signature: \(error)", isPassing: true)
        case .some: TrustRefusal("signature: \(error)")
        case nil: TrustRefusal("signature: the metadata cannot be had: \(error)", isPassing: true)
        }
    }

    /// It was given up.
    private struct Stopped: Error {}
    /// A mirror has not said everything in time.
    private struct TooSlow: Error, CustomStringConvertible {
        let time: Duration
        var description: String { "it did not come within \(time.formatted(.units(width: .narrow)))" }
    }

    /// Waits on the agent's thread, which belongs to no task, and looks up meanwhile. A mirror must not hold it for ever.
    private func waiting<Value: Sendable>(
        _ isStopped: () -> Bool, _ work: @escaping @Sendable () async throws -> Value
    ) -> Result<Value, any Error> {
        let done = DispatchSemaphore(value: 0)
        let result = Outcome<Value>()
        let task = Task {
            do { result.set(.success(try await work())) } catch { result.set(.failure(error)) }
            done.signal()
        }
        let deadline = ContinuousClock.now + longestCheck
        var givenUp: (any Error)?
        while done.wait(timeout: .now() + .nanoseconds(Int(Self.look / .nanoseconds(1)))) == .timedOut {
            guard givenUp == nil else { continue }
            if isStopped() { givenUp = Stopped() }
            if givenUp == nil, ContinuousClock.now > deadline { givenUp = TooSlow(time: longestCheck) }
            if givenUp != nil { task.cancel() }
        }
        if let givenUp { return .failure(givenUp) }
        guard let value = result.value else { preconditionFailure("the task has ended") }
        return value
    }
}

/// Metadata that lies below an address, fetched as everything else is.
public struct GatewayMetadata: MetadataSource {
    private let gateway: DDIGateway
    private let base: String

    /// Metadata below an address.
    public init(_ gateway: DDIGateway, base: String) {
        self.gateway = gateway
        self.base = base
    }

    public func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? {
        try await gateway.document("\(base)/\(path)", atMost: limit)
    }
}
