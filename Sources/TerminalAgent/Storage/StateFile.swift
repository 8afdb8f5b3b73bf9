import Foundation

/// The file in which the agent's state survives.
struct StateFile {
    /// The longest that is read, in bytes: a release has a thousand files at most.
    static let mostBytes = 4 << 20

    let disk: any Disk
    let path: String

    init(_ disk: any Disk, folder: String) {
        self.disk = disk
        path = folder + "/agent.json"
    }

    /// The state; a new one where there is none.
    func read() throws -> AgentState {
        guard let bytes = try disk.read(path, atMost: Self.mostBytes) else { return AgentState() }
        struct Head: Decodable { var format: Int }
        let decoder = JSONDecoder(), data = Data(bytes)
        guard let head = try? decoder.decode(Head.self, from: data) else { throw damaged }
        guard head.format == AgentState.presentFormat else {
            throw StorageFailure(
                "\(path) is of format \(head.format), which this agent does not know; run the muster that wrote it")
        }
        guard let state = try? decoder.decode(AgentState.self, from: data), Self.isSound(state) else { throw damaged }
        return state
    }

    /// Nobody but the agent writes it, and never in part: what cannot be read is somebody's doing.
    private var damaged: StorageFailure {
        StorageFailure(
            "\(path) is damaged; look which slot is in use, and remove the file to have the agent begin from there")
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
