import FleetCore
import TUF

extension ReleaseRepository {
    /// Signs with the keys that are at hand, and publishes what enough keys have signed; what lacks signatures is staged.
    ///
    /// - Throws: If there is no repository yet, or a release is not what was published of it.
    public func publish(_ order: PublicationOrder) throws(RepositoryRefusal) -> PublicationAnswer {
        guard folder.isThere else {
            throw RepositoryRefusal(
                "there is no repository in \(folder.path)", remedy: "draw the keys first: `muster key new FLEET`")
        }
        try folder.create()
        return try FolderLock.hold(folder.path) { () throws(RepositoryRefusal) in
            var publisher = try Publisher(self)
            return try publisher.run(order)
        }
    }
}

/// One publication: from what is published and what is staged to what is published next.
///
/// A root that is signed enough goes out together with what is signed by its keys, or not yet: clients that have followed it
/// could believe nothing else. What of it waits keeps nothing back that can go out without it.
struct Publisher {
    private let repository: ReleaseRepository
    private let folder: RepositoryFolder
    private let published: RepositoryFiles, served: RepositoryFiles
    private let settings: RepositorySettings
    private let held: HeldKeys
    private let now: Moment
    private var answer = PublicationAnswer()

    init(_ repository: ReleaseRepository) throws(RepositoryRefusal) {
        self.repository = repository
        folder = repository.folder
        published = try RepositoryFiles(published: folder)
        served = try repository.served.read(beside: folder)
        settings = try RepositorySettings(reading: folder.settings)
        held = try repository.keys.keys()
        now = repository.now
    }

    mutating func run(_ order: PublicationOrder) throws(RepositoryRefusal) -> PublicationAnswer {
        let (root, isReady) = try nextRoot()
        let targets = try nextTargets(order, root.signed)
        guard isReady, let targets else { return answer }
        guard let online = try nextOnline(root.signed, targets) else { return answer }
        try write(root, targets, online)
        return answer
    }

    // MARK: - The root

    /// The root to go by: the staged one if enough have signed it, else the published one. Of a repository that begins it
    /// is the staged one, and not ready until it is signed.
    private mutating func nextRoot() throws(RepositoryRefusal) -> (file: RootFile, isReady: Bool) {
        let staged: RootFile? = try folder.staged(.root)
        let version = (published.root?.signed.version ?? 0) + 1
        guard var file = staged, file.signed.version == version else {
            // What was published before a crash is staged still.
            if staged != nil { try folder.unstage(.root) }
            guard let root = published.root else {
                throw RepositoryRefusal("no root is staged or published", remedy: "draw the keys: `muster key new`")
            }
            noteEnd(of: root, .root)
            return (root, true)
        }
        try expectComplete(file.signed)
        var isNew = false
        for signers in RootDraft.signers(of: file, after: published.root) where try signers.sign(&file, held) {
            isNew = true
        }
        if isNew { try folder.stage(file, .root) }
        let waiting = repository.staged(file, after: published.root, held)
        guard !waiting.isComplete else { return (file, true) }
        answer.waiting.append(waiting)
        return published.root.map { ($0, true) } ?? (file, false)
    }

    private func expectComplete(_ root: Root) throws(RepositoryRefusal) {
        guard let role = RepositoryRole.allCases.first(where: { root[$0.name].keyIDs.count < root[$0.name].threshold })
        else { return }
        throw RepositoryRefusal(
            "\(role) has \(KeyNote.count(root[role.name].keyIDs.count)), and needs \(root[role.name].threshold)",
            remedy: "draw them or add them: `muster key new FLEET \(role)`")
    }

    private mutating func noteEnd<Role: SignedRole>(of file: Metadata<Role>, _ role: RepositoryRole) {
        guard file.signed.expires.moment - now <= settings.margin(role) else { return }
        answer.notes.append(
            "\(role) \(file.signed.version) ends at \(file.signed.expires): sign a new one (`muster key rotate FLEET root "
                + "--renew`)")
    }

    // MARK: - The targets

    /// The targets to publish, signed enough; nil: they wait, and none that were published count by this root.
    private mutating func nextTargets(_ order: PublicationOrder, _ root: Root) throws(RepositoryRefusal) -> TargetsFile?
    {
        let staged: TargetsFile? = try folder.staged(.targets)
        let last = RepositoryFiles.lastTargetsVersion(published, served), version = last + 1
        // Files that were put back from an older copy are not what clients know.
        let old = published.targets.flatMap { $0.signed.version == last ? $0 : nil }
        let base = staged.flatMap { $0.signed.version == version ? $0 : nil } ?? published.targets
        let wanted = try wanted(order, base?.signed, version)
        let signers = Signers(.targets, of: root)
        if let old, isSame(old.signed, wanted), signers.accept(old), isFresh(old, renews: true) {
            if staged != nil { try folder.unstage(.targets) }
            return old
        }
        var file =
            base.flatMap { $0.signed.version == version && isSame($0.signed, wanted) && isWorthSigning($0) ? $0 : nil }
            ?? TargetsFile(wanted)
        try signers.sign(&file, held)
        if signers.accept(file) { return file }
        try folder.stage(file, .targets)
        answer.waiting.append(
            StagedFile(
                path: folder.stagedPath(.targets), role: .targets, version: version,
                needs: [signers.need(file, held)].compactMap { $0 }))
        return old.flatMap { signers.accept($0) && isFresh($0) ? $0 : nil }
    }

    /// The targets as they are to be, with what others have put there beside the releases.
    private func wanted(
        _ order: PublicationOrder, _ base: Targets?, _ version: Int
    ) throws(RepositoryRefusal) -> Targets {
        let header = RoleHeader(version: version, madeAt: now, for: settings[.targets])
        var targets = base ?? Targets(header: header, targets: [:])
        let approvals = try approvals(order, targets)
        let files = ReleaseTargets.targets(of: order.releases, approvals: approvals)
        if let old = published.targets?.signed, let path = ReleaseTargets.changed(files, since: old) {
            throw RepositoryRefusal(
                "\(path) was published with other bytes",
                remedy: "a release is immutable: put the right file back, or give what is new a new version")
        }
        targets.header = header
        targets.targets = targets.targets.filter { !$0.key.hasPrefix(ReleaseTargets.prefix) }.merging(files) { $1 }
        return targets
    }

    private func approvals(
        _ order: PublicationOrder, _ base: Targets
    ) throws(RepositoryRefusal) -> [Version: Set<Version>] {
        var approvals = ReleaseTargets.approvals(in: base)
        for withdrawn in order.withdrawn where approvals.removeValue(forKey: withdrawn) == nil {
            throw RepositoryRefusal(
                "no rollback to \(withdrawn) is approved", remedy: "`muster release verify` shows what is")
        }
        for approval in order.approvals {
            guard order.releases.contains(where: { $0.version == approval.back }) else {
                throw RepositoryRefusal(
                    "there is no release \(approval.back)", remedy: "`muster release list` shows those there are")
            }
            guard approval.back < approval.from else {
                throw RepositoryRefusal(
                    "\(approval.from) is not newer than \(approval.back)",
                    remedy: "going to a newer release needs no approval")
            }
            approvals[approval.back, default: []].insert(approval.from)
        }
        return approvals
    }

    private func isSame(_ one: Targets, _ other: Targets) -> Bool {
        var one = one
        one.header = other.header
        return one == other
    }

    private func isFresh(_ file: TargetsFile, renews: Bool = false) -> Bool {
        guard renews else { return file.signed.expires.moment > now }
        return file.signed.expires.moment - now > settings.margin(.targets) && isWorthSigning(file)
    }

    /// Whether a file has not ended, and ends no later than one would that were made now.
    private func isWorthSigning(_ file: TargetsFile) -> Bool {
        isFresh(file) && settings.isWithinPeriod(file.signed.expires.moment, .targets, now: now)
    }

    // MARK: - Snapshot and timestamp

    /// Snapshot and timestamp over the targets; nil: nobody here can sign them, and those that are there do not fit.
    private mutating func nextOnline(_ root: Root, _ targets: TargetsFile) throws(RepositoryRefusal) -> OnlineFiles? {
        let basis = OnlineBasis(
            root: root, targets: targets, published: published, served: served,
            stagedSnapshot: try folder.staged(.snapshot), stagedTimestamp: try folder.staged(.timestamp),
            settings: settings, held: held, now: now)
        var lacking: [RepositoryRole] = []
        switch try basis.makePatiently(lacking: &lacking) {
        case .complete(let files):
            answer.notes += lacking.map {
                "the \($0) is to be made anew, and no key of it is here: a gateway may have it"
            }
            return files
        case .lacksSnapshot(let file): try wait(for: file, .snapshot, root)
        case .lacksTimestamp(let file, let snapshot, let isNew):
            if isNew { try folder.stage(snapshot, .snapshot) }
            try wait(for: file, .timestamp, root)
        }
        // What was signed here by the way is not lost.
        if targets.signed.version != published.targets?.signed.version { try folder.stage(targets, .targets) }
        return nil
    }

    private mutating func wait<Role: SignedRole>(
        for file: Metadata<Role>, _ role: RepositoryRole, _ root: Root
    ) throws(RepositoryRefusal) {
        try folder.stage(file, role)
        answer.waiting.append(
            StagedFile(
                path: folder.stagedPath(role), role: role, version: file.signed.version,
                needs: [Signers(role, of: root).need(file, held)].compactMap { $0 }))
    }

    // MARK: - The files

    /// Puts the files in place: what nothing leads to yet first, and the timestamp, which leads to all, last.
    private mutating func write(
        _ root: RootFile, _ targets: TargetsFile, _ online: OnlineFiles
    ) throws(RepositoryRefusal) {
        let isTargetsNew = published.targets?.signed.version != targets.signed.version
        let isRootNew = published.root?.signed.version != root.signed.version
        if isTargetsNew { try folder.publish(targets, .targets) }
        let snapshot = online.snapshot
        let there: SnapshotFile? = try folder.published(.snapshot, snapshot.signed.version)
        if online.isTimestampNew, there?.bytes != snapshot.bytes { try folder.publish(snapshot, .snapshot) }
        if isRootNew { try folder.publish(root, .root) }
        if online.isTimestampNew { try folder.publish(online.timestamp, .timestamp) }
        let news: [(Bool, RepositoryRole, Int)] = [
            (isRootNew, .root, root.signed.version), (isTargetsNew, .targets, targets.signed.version),
            (online.isSnapshotNew, .snapshot, snapshot.signed.version),
            (online.isTimestampNew, .timestamp, online.timestamp.signed.version),
        ]
        for (isNew, role, version) in news where isNew {
            answer.published.append(PublishedFile(role: role, version: version))
            try folder.unstage(role)
        }
    }
}
