import FleetCore
import TUF

/// The signed repository of a fleet, as an operator works on it: keys, staged files, what is published.
///
/// Everything is read anew for each step, and one process at a time changes it.
public struct ReleaseRepository: Sendable {
    let folder: RepositoryFolder
    let served: ServedFolder
    let keys: KeyFolder
    let now: Moment

    /// The repository of a fleet. Nothing is read or created yet.
    /// - Parameters:
    ///   - fleet: The fleet's directory.
    ///   - state: Where the fleet's state is kept: what a gateway has made anew is there.
    ///   - keys: Where private keys are.
    ///   - now: The moment at which everything is made.
    public init(fleet: String, state: String, keys: KeyFolder, now: FleetCore.Timestamp) {
        folder = RepositoryFolder(fleet: fleet)
        served = ServedFolder(state: state)
        self.keys = keys
        self.now = now
    }

    // MARK: - Keys

    /// The roles that have no key yet.
    public func rolesWithoutKeys() throws(RepositoryRefusal) -> [RepositoryRole] {
        let root = try draft().root
        let roles = RepositoryRole.allCases.filter { root[$0.name].keyIDs.isEmpty }
        guard !roles.isEmpty else {
            throw RepositoryRefusal(
                "every role has a key", remedy: "name the role that is to have one more, or `muster key rotate` one")
        }
        return roles
    }

    /// The roles that have a key, named by the beginning of its id.
    public func roles(ofKey text: String) throws(RepositoryRefusal) -> [RepositoryRole] { try draft().find(text).roles }

    /// The key of a role that another is to take the place of.
    /// - Parameter text: The beginning of its id; nil: the role's only one.
    public func replaceable(_ text: String?, of role: RepositoryRole) throws(RepositoryRefusal) -> String {
        let draft = try draft(), ids = draft.root[role.name].keyIDs
        if let text {
            let found = try draft.find(text)
            guard found.roles.contains(role) else {
                throw RepositoryRefusal("\(found.id) is no key of \(role)", remedy: "`muster key list` shows them")
            }
            return found.id
        }
        guard let only = ids.first, ids.count == 1 else {
            throw RepositoryRefusal(
                "\(role) has \(ids.isEmpty ? "no key" : KeyNote.count(ids.count))",
                remedy: ids.isEmpty ? "draw one: `muster key new`" : "name the one that goes by the beginning of its id"
            )
        }
        return only
    }

    /// Changes the keys of roles, all together or not at all, and stages the next root with the signatures of the keys that
    /// are at hand.
    public func change(_ changes: [RoleChange]) throws(RepositoryRefusal) -> KeyChangeAnswer {
        try folder.create()
        return try FolderLock.hold(folder.path) { () throws(RepositoryRefusal) in try changeLocked(changes) }
    }

    private func changeLocked(_ changes: [RoleChange]) throws(RepositoryRefusal) -> KeyChangeAnswer {
        var draft = try draft(), settings = try RepositorySettings(reading: folder.settings)
        var answer = KeyChangeAnswer(hadSignatures: draft.hadSignatures)
        var drawn: [(key: SigningKey, role: RepositoryRole)] = []
        for change in changes {
            try carryOut(change, &draft, &drawn, &answer)
            guard let period = change.period else { continue }
            settings[change.role] = period
            answer.notes += Self.note(of: period, change.role).map { [$0] } ?? []
        }
        for change in changes { try draft.expectEnough(change.role) }
        // Before the file that needs them: a root whose keys were lost on the way could not be followed.
        for (key, role) in drawn { try keys.keep(key, for: role) }
        let held = try keys.keys()
        let file = try draft.file(held, settings: settings, now: now)
        try DurableFile.replace(folder.settings, with: settings.bytes, mode: 0o666)
        try folder.stage(file, .root)
        answer.staged = staged(file, after: draft.published, held)
        answer.missing = RepositoryRole.allCases.filter { draft.root[$0.name].keyIDs.isEmpty }
        return answer
    }

    /// A period so long that the role protects nobody any more.
    private static func note(of period: Duration, _ role: RepositoryRole) -> String? {
        guard period > role.standardPeriod * longestPeriods else { return nil }
        return
            "warning: \(role) is to count for \(DurationText.exact(period)): for as long devices take what is old for "
            + "the latest if they are shown nothing else; usual is \(DurationText.exact(role.standardPeriod))"
    }

    /// As many times the usual period are long.
    private static let longestPeriods = 10

    private func carryOut(
        _ change: RoleChange, _ draft: inout RootDraft, _ drawn: inout [(key: SigningKey, role: RepositoryRole)],
        _ answer: inout KeyChangeAnswer
    ) throws(RepositoryRefusal) {
        let role = change.role
        if let kind = change.drawnKey {
            let key = SigningKey(generating: kind == .ed25519 ? .ed25519 : .p256)
            try draft.add(key.publicKey, to: role)
            drawn.append((key, role))
            answer.added.append(
                .init(
                    role: role,
                    key: KeyNote(
                        id: key.publicKey.keyID, kind: key.publicKey.scheme, file: keys.place(of: key, for: role))))
        }
        for file in change.publicKeys {
            let key = try KeyFolder.readPublic(file)
            try draft.add(key, to: role)
            answer.added.append(.init(role: role, key: KeyNote(id: key.keyID, kind: key.scheme)))
        }
        if let text = change.removed {
            let id = try draft.find(text).id
            draft.remove(id, from: role)
            answer.removed.append(.init(role: role, key: KeyNote(id: id, kind: "")))
        }
        if let threshold = change.threshold { draft.require(threshold, of: role) }
    }

    private func draft() throws(RepositoryRefusal) -> RootDraft {
        try RootDraft(folder, published: RepositoryFiles(published: folder).root, now: now)
    }

    /// What a staged root still needs.
    func staged(_ file: RootFile, after published: RootFile?, _ held: HeldKeys) -> StagedFile {
        StagedFile(
            path: folder.stagedPath(.root), role: .root, version: file.signed.version,
            needs: RootDraft.signers(of: file, after: published).compactMap { $0.need(file, held) })
    }
}

/// What came of a change of keys.
public struct KeyChangeAnswer: Sendable {
    /// A key that came or went.
    public struct Change: Sendable {
        /// Whose key it is.
        public var role: RepositoryRole
        /// The key; of one that went only the id is said.
        public var key: KeyNote
    }

    /// Keys that came, and keys that went.
    public internal(set) var added: [Change] = [], removed: [Change] = []
    /// The next root.
    public internal(set) var staged: StagedFile?
    /// Roles that have no key yet.
    public internal(set) var missing: [RepositoryRole] = []
    /// What an operator should know beside that.
    public internal(set) var notes: [String] = []
    let hadSignatures: Bool

    /// For people.
    public var lines: [String] {
        var lines = added.map { change in
            "\(change.role) has a new key \(change.key.shortID) (\(change.key.kind)): "
                + (change.key.file ?? "its private half is elsewhere")
        }
        lines += removed.map { "\($0.role) has the key \($0.key.shortID) no more" }
        lines += notes
        guard let staged else { return lines }
        lines.append("root \(staged.version) is staged")
        if hadSignatures { lines.append("it is another file than before: those who have signed it sign it again") }
        lines += staged.lines
        if !missing.isEmpty { lines.append("no key yet: " + missing.map(\.rawValue).joined(separator: ", ")) }
        return lines + ["nothing has changed for devices yet; `muster release publish` publishes it"]
    }
}
