import Foundation

/// The file in which the agent's state survives.
struct StateFile {
    /// The longest that is read, in bytes: a release has a thousand files at most.
    static let mostBytes = 4 << 20

    /// It is there, and cannot be read.
    struct Damaged: Error {}

    let disk: any Disk
    let path: String

    init(_ disk: any Disk, folder: String) {
        self.disk = disk
        path = folder + "/agent.json"
    }

    /// Where one that is damaged is put.
    var aside: String { path + ".damaged" }

    /// The state; a new one where there is none.
    /// - Throws: `Damaged`, or what the storage throws.
    func read() throws -> AgentState {
        // A folder or a link is none of the agent's.
        if try disk.length(of: path) == nil, try disk.names(in: path) != nil || disk.linkTarget(path) != nil {
            throw Damaged()
        }
        guard let bytes = try disk.read(path, atMost: Self.mostBytes) else { return AgentState() }
        struct Head: Decodable { var format: Int }
        let decoder = JSONDecoder(), data = Data(bytes)
        guard let head = try? decoder.decode(Head.self, from: data) else { throw Damaged() }
        guard head.format == AgentState.presentFormat else {
            throw StorageFailure(
                "\(path) is of format \(head.format), which this agent does not know; run the muster that wrote it")
        }
        guard let state = try? decoder.decode(AgentState.self, from: data), Self.isSound(state) else { throw Damaged() }
        return state
    }

    /// The state; where it is damaged, a new one, and the file is put aside. Nobody but the agent writes it, and never in
    /// part, so that this is somebody's doing, or the disk's; a terminal that is not updated any more is worse than one that
    /// has forgotten what it was at.
    func readOrSetAside() throws -> (state: AgentState, wasDamaged: Bool) {
        do { return (try read(), false) } catch is Damaged {
            // No folder can be put in the place of a file, or of a folder that is not empty.
            try disk.remove(aside)
            try disk.move(path, to: aside)
            try disk.sync(Folder.above(path))
            return (AgentState(), true)
        }
    }

    private static func isSound(_ state: AgentState) -> Bool {
        guard let work = state.work else { return true }
        return OfferReading.problem(with: work.release) == nil && (0...work.release.files.count).contains(work.file)
            && work.slot != work.former
    }

    func write(_ state: AgentState) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try disk.replace(path, with: Array(try encoder.encode(state)))
    }
}
