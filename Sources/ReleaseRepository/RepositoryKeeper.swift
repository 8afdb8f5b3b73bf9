import FleetCore
import Synchronization
import TUF

/// Keeps a fleet's repository fresh while a gateway serves it: takes over what is published, makes snapshot and timestamp
/// anew before they end, and knows what devices may be given. What fails leaves what is served as it is.
public final class RepositoryKeeper: Sendable {
    /// How long after a failure it is tried again.
    static let retryInterval = Duration.seconds(5)

    /// The folder's name in a state folder, in which it keeps what it makes.
    public static let folderName = ServedFolder.name

    /// Something that an administrator should read.
    public struct Note: Hashable, Sendable {
        /// What is so, or what happened.
        public var text: String
        /// What to do; nil: nothing.
        public var remedy: String?
        /// Whether something is wrong.
        public var isTrouble: Bool
        /// Whether it happened just now, and is not a state that lasts.
        public var isEvent: Bool
    }

    /// What clients see. It is replaced as a whole, so that nobody sees a half of what is being published.
    private struct View {
        var rootVersion: Int, targetsVersion: Int, snapshotVersion: Int, timestampVersion: Int
        var timestamp: [UInt8]
        var signed: SignedFiles
        var ends: [RepositoryRole: Moment]
        /// When something is to be made anew.
        var due: Moment
    }

    private struct Content {
        var view: View?
        var stamp: PublishedStamp?
        var isThere = false
        /// Why the last look failed, and when the next is; nil: it did not.
        var trouble: RepositoryRefusal?
        var retryAt = Moment.distantPast
        /// What a look found that lasts until the next.
        var lasting: [Note] = []
    }

    private let folder: RepositoryFolder
    private let served: ServedFolder
    private let keys: KeyFolder
    private let content = Mutex(Content())

    /// A keeper of a fleet's repository, whether there is one yet or not.
    /// - Parameters:
    ///   - fleet: The fleet's directory, of which nothing is written.
    ///   - state: The fleet's state folder, in which it keeps what it makes.
    ///   - keys: Where the keys of snapshot and timestamp are.
    public init(fleet: String, state: String, keys: KeyFolder) {
        folder = RepositoryFolder(fleet: fleet)
        served = ServedFolder(state: state)
        self.keys = keys
    }

    /// Looks whether anything was published or is to be made anew, and sees to it. To be called now and then, by one thread.
    /// - Returns: What an administrator should know, as long as that is so.
    public func look(now: FleetCore.Timestamp) -> [Note] {
        let stamp = PublishedStamp(folder, root: content.withLock { $0.view?.rootVersion ?? 1 })
        if stamp == nil, content.withLock({ $0.view != nil }) || served.isThere { return lookForGone() }
        let isDue = content.withLock { content in
            content.isThere = stamp != nil
            if content.trouble != nil { return now >= content.retryAt || stamp != content.stamp }
            return stamp != content.stamp || content.view.map { now >= $0.due } ?? false
        }
        guard isDue, stamp != nil, !isBeingPublished(now) else {
            return content.withLock { stamp == nil ? [] : $0.lasting }
        }
        do throws(RepositoryRefusal) {
            let (view, notes) = try refreshed(now)
            let before = content.withLock { content in
                defer { content.view = view }
                content.trouble = nil
                content.stamp = stamp
                content.lasting = notes.filter { !$0.isEvent }
                return content.view
            }
            return notes + Self.news(view, since: before)
        } catch {
            let note = Note(
                text: "the repository is served as it was: \(error.message)", remedy: error.remedy, isTrouble: true,
                isEvent: false)
            content.withLock { content in
                content.trouble = error
                content.stamp = stamp
                content.retryAt = now + Self.retryInterval
                content.lasting = [note]
            }
            return [note]
        }
    }

    /// Whether a command is at work on what is there, so that a look would meet a half. Nothing that is due waits for it,
    /// nor does what clients know already.
    private func isBeingPublished(_ now: Moment) -> Bool {
        let isUrgent = content.withLock { content in content.view.map { now >= $0.due } ?? served.isThere }
        return !isUrgent && FolderLock.isHeld(folder.path)
    }

    /// What was published once is not taken for a fleet that signs nothing, whoever has removed it.
    private func lookForGone() -> [Note] {
        let refusal = served.gone(folder)
        let note = Note(text: refusal.message, remedy: refusal.remedy, isTrouble: true, isEvent: false)
        content.withLock { content in
            content.isThere = true
            content.trouble = refusal
            content.stamp = nil
            content.lasting = [note]
        }
        return [note]
    }

    private static func news(_ view: View, since before: View?) -> [Note] {
        guard view.timestampVersion != before?.timestampVersion || view.rootVersion != before?.rootVersion else {
            return []
        }
        let text =
            "the repository is served: root \(view.rootVersion), targets \(view.targetsVersion), "
            + "snapshot \(view.snapshotVersion), timestamp \(view.timestampVersion)"
        return [Note(text: text, remedy: nil, isTrouble: false, isEvent: true)]
    }

    // MARK: - Making it fresh

    private func refreshed(_ now: Moment) throws(RepositoryRefusal) -> (View, [Note]) {
        let published = try RepositoryFiles(published: folder), served = try served.read(beside: folder)
        guard let root = published.root, let targets = published.targets else {
            throw RepositoryRefusal("nothing is published yet", remedy: "`muster release publish`")
        }
        try Signers.expect(targets, by: root.signed)
        try expectNoStepBack(root.signed, targets.signed)
        let settings = try RepositorySettings(reading: folder.settings)
        var basis = OnlineBasis(
            root: root.signed, targets: targets, published: published, served: served, settings: settings,
            held: [:], now: now)
        // With keys in the way of being read nothing is lost as long as nothing has to be signed.
        var trouble: RepositoryRefusal?
        do { basis.held = try keys.keys() } catch { trouble = error }
        let (files, lack) = try online(basis, trouble)
        // Kept though nobody made it here: a later start knows by it what clients were told of.
        if files.timestamp.bytes != served.timestamp?.bytes { try self.served.write(files) }
        var notes = lack.map { [$0] } ?? []
        notes += Self.ending(.root, root.signed.header, settings, now)
        notes += Self.ending(.targets, targets.signed.header, settings, now)
        return (view(root, targets, files, settings, now, isLacking: lack != nil), notes)
    }

    /// Files that were put back from an older copy are not what clients were told of.
    private func expectNoStepBack(_ root: Root, _ targets: Targets) throws(RepositoryRefusal) {
        guard let view = content.withLock({ $0.view }) else { return }
        guard root.version >= view.rootVersion, targets.version >= view.targetsVersion else {
            throw RepositoryRefusal(
                "root \(root.version) and targets \(targets.version) are published, and root \(view.rootVersion) and "
                    + "targets \(view.targetsVersion) were served before",
                remedy: "put the later files back, or `muster release publish` with this state folder")
        }
    }

    private func online(
        _ basis: OnlineBasis, _ trouble: RepositoryRefusal?
    ) throws(RepositoryRefusal) -> (OnlineFiles, Note?) {
        var lacking: [RepositoryRole] = []
        let outcome = try basis.makePatiently(lacking: &lacking)
        // Said before anything is due, so that there is time to mend it.
        let soon = [RepositoryRole.timestamp, .snapshot].first { role in
            !Signers(role, of: basis.root).canSign(with: basis.held)
        }
        guard let role = lacking.first ?? outcome.lacking ?? soon else {
            guard case .complete(let files) = outcome else { preconditionFailure("nothing lacks") }
            return (files, nil)
        }
        let refusal =
            trouble
            ?? RepositoryRefusal(
                "no key in \(keys.path) can sign a new \(role)",
                remedy: "put its key there, or sign and publish by `muster release publish` before it ends")
        guard case .complete(let files) = outcome else { throw refusal }
        let ends = role == .snapshot ? files.snapshot.signed.expires : files.timestamp.signed.expires
        return (
            files,
            Note(
                text: "the \(role) of the repository ends at \(ends), and cannot be made anew: \(refusal.message)",
                remedy: refusal.remedy, isTrouble: true, isEvent: false)
        )
    }

    /// What nobody here signs by itself, and somebody has to before it ends.
    private static func ending(
        _ role: RepositoryRole, _ header: RoleHeader, _ settings: RepositorySettings, _ now: Moment
    ) -> [Note] {
        let end = header.expires.moment
        guard end - now <= settings.margin(role) else { return [] }
        let text = "the \(role) of the repository \(end <= now ? "has ended" : "ends") at \(header.expires)"
        return [Note(text: text, remedy: RepositoryStanding.remedy(role), isTrouble: true, isEvent: false)]
    }

    private func view(
        _ root: RootFile, _ targets: TargetsFile, _ files: OnlineFiles, _ settings: RepositorySettings, _ now: Moment,
        isLacking: Bool
    ) -> View {
        let ends: [RepositoryRole: Moment] = [
            .root: root.signed.expires.moment, .targets: targets.signed.expires.moment,
            .snapshot: files.snapshot.signed.expires.moment, .timestamp: files.timestamp.signed.expires.moment,
        ]
        let due = [RepositoryRole.snapshot, .timestamp].compactMap { role in
            ends[role].map { $0 - settings.margin(role) }
        }.min()
        return View(
            rootVersion: root.signed.version, targetsVersion: targets.signed.version,
            snapshotVersion: files.snapshot.signed.version, timestampVersion: files.timestamp.signed.version,
            timestamp: files.timestamp.bytes, signed: SignedFiles(targets.signed), ends: ends,
            due: isLacking ? now + Self.retryInterval : due ?? now)
    }
}

extension RepositoryKeeper {
    // MARK: - What clients are given

    /// A metadata file; nil: none of that name is published. Reads a file, unless it is the timestamp.
    public func metadata(_ name: String) -> [UInt8]? {
        guard let view = content.withLock({ $0.view }) else { return nil }
        if name == "timestamp.json" { return view.timestamp }
        guard let asked = PublishedName(name) else { return nil }
        let newest: Int
        switch asked.role {
        case .root: newest = view.rootVersion
        case .targets: newest = view.targetsVersion
        case .snapshot: newest = view.snapshotVersion
        case .timestamp: return nil
        }
        guard asked.version <= newest else { return nil }
        // Of two snapshots of one version the gateway's own is the one that clients were told of.
        let places = [
            asked.role == .snapshot ? served.place(.snapshot, asked.version) : nil,
            folder.publishedPath(asked.role, asked.version),
        ]
        return places.lazy.compactMap { $0 }
            .compactMap { (try? DurableFile.read($0, atMost: asked.role.mostBytes)) ?? nil }.first
    }

    /// A release's file that was signed, by what a client asks for; nil: there is none.
    public func target(version: String, name: String, sha256: String) -> (artifact: Artifact, release: Version)? {
        content.withLock { $0.view }?.signed.find(version: version, name: name, sha256: sha256)
    }

    /// Why a release's file is not to be sent to any device; nil: it is what was signed, or the fleet has no repository.
    public func objection(to artifact: Artifact, of release: Version) -> String? {
        let (isThere, view, trouble) = content.withLock { ($0.isThere, $0.view, $0.trouble) }
        guard isThere else { return nil }
        guard let view else { return Self.unknown(trouble) }
        return view.signed.objection(to: artifact, of: release)
    }

    /// Why a release is not to be installed on a terminal that asks for no signature itself; nil: it may be, or the fleet has
    /// no repository. It is what a client on the terminal would say: nothing that has ended counts, and an older release is
    /// installed over a newer one only if each of its files was signed for that.
    public func objection(
        toInstalling artifacts: [Artifact], of release: Version, over running: Version?, now: FleetCore.Timestamp
    ) -> String? {
        let (isThere, view, trouble) = content.withLock { ($0.isThere, $0.view, $0.trouble) }
        guard isThere else { return nil }
        guard let view else { return Self.unknown(trouble) }
        for role in RepositoryRole.allCases {
            guard let end = view.ends[role], end <= now else { continue }
            return "the \(role) of the repository has ended at \(end.iso)"
        }
        if let why = artifacts.lazy.compactMap({ view.signed.objection(to: $0, of: release) }).first { return why }
        guard let running, release < running,
            !artifacts.allSatisfy({ view.signed.approves($0, of: release, over: running) })
        else { return nil }
        return "\(release) is older than \(running), and no rollback from that is signed"
    }

    private static func unknown(_ trouble: RepositoryRefusal?) -> String {
        "nobody knows what was signed: " + (trouble?.message ?? "the repository is not read yet")
    }

    /// When the metadata of each role ends; nil: nothing is served.
    public var ends: [RepositoryRole: FleetCore.Timestamp]? { content.withLock { $0.view?.ends } }

    /// Whether something is wrong: it cannot be read, or not be made anew.
    public var isInTrouble: Bool { content.withLock { $0.trouble != nil || !$0.lasting.isEmpty } }
}
