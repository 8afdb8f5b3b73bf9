import FleetCore
import Foundation
import TUF
import Testing

@testable import ReleaseRepository

/// A publication that is on its way: after each file that was put in place, clients of the gateway walk on, and a process
/// that was killed there leaves what the next one finishes.
@Suite struct HalfwayTests {
    let scratch: ScratchRepository
    let releases = [ScratchRepository.release("1.0.0")]

    init() throws { scratch = try ScratchRepository() }

    /// The files of a publication, in the order in which they are put in place, while none of them is.
    private func takeBack(_ publish: () throws -> PublicationAnswer) throws -> [(path: String, bytes: Data)] {
        let folder = scratch.folder.metadata, copy = "\(scratch.root)/before"
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        #expect(try !publish().isWaiting)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            !FileManager.default.contentsEqual(atPath: "\(folder)/\($0)", andPath: "\(copy)/\($0)")
        }
        let order = ["targets", "snapshot", "root", "timestamp"]
        let files = try names.sorted { one, other in
            let places = [one, other].map { name in order.firstIndex { name.contains($0) } ?? 0 }
            return places[0] < places[1]
        }.map { (path: "\(folder)/\($0)", bytes: try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.moveItem(atPath: copy, toPath: folder)
        return files
    }

    /// Rotates the keys of these roles, without publishing.
    private func rotate(_ roles: [RepositoryRole]) throws {
        for role in roles {
            let old = try scratch.repository.replaceable(nil, of: role)
            _ = try scratch.repository.change([RoleChange(role, drawnKey: .ed25519, removed: old)])
        }
    }

    private func client(_ name: String, _ source: any MetadataSource) throws -> TUFClient {
        let folder = "\(scratch.root)/\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let root = try Data(contentsOf: URL(filePath: scratch.folder.publishedPath(.root, 1)))
        try TUFClient.begin(metadataFolder: folder, root: Array(root))
        let now = UTCTime(scratch.now)
        return TUFClient(metadataFolder: folder, source: source, clock: { now })
    }

    static let rotations: [[RepositoryRole]] = [
        RepositoryRole.allCases, [.root], [.targets], [.snapshot], [.timestamp], [.snapshot, .timestamp], [],
    ]

    @Test(arguments: rotations) func noClientMeetsAHalf(roles: [RepositoryRole]) async throws {
        try scratch.begin()
        try scratch.publish(releases)
        let keeper = RepositoryKeeper(fleet: scratch.fleet, state: scratch.state, keys: scratch.keys)
        _ = keeper.look(now: scratch.now)
        let faithful = try client("faithful", KeeperSource(keeper: keeper))
        try await faithful.refresh()
        let two = releases + [ScratchRepository.release("1.1.0", "b")]
        for number in 2...3 {
            try rotate(roles)
            let files = try takeBack { try scratch.publish(two + more(number)) }
            for (step, file) in files.enumerated() {
                try file.bytes.write(to: URL(filePath: file.path), options: .atomic)
                // Also a gateway whose timestamp is due at this moment.
                for moment in [scratch.now, scratch.now + .hours(13)] {
                    scratch.now = moment
                    _ = keeper.look(now: moment)
                    try await faithful.refresh()
                    let fresh = try client(
                        "fresh-\(number)-\(step)-\(moment.milliseconds)", KeeperSource(keeper: keeper))
                    try await fresh.refresh()
                }
            }
            #expect(await faithful.targets?.targets.count == number)
            #expect(!keeper.isInTrouble)
        }
        #expect(await faithful.root?.version == (roles.isEmpty ? 1 : 3))
    }

    private func more(_ number: Int) -> [Release] { number > 2 ? [ScratchRepository.release("1.2.0", "c")] : [] }

    @Test(arguments: rotations) func whatWasCutIsFinishedByTheNext(roles: [RepositoryRole]) async throws {
        try scratch.begin()
        try scratch.publish(releases)
        let two = releases + [ScratchRepository.release("1.1.0", "b")]
        try rotate(roles)
        let staged: RootFile? = try scratch.folder.staged(.root)
        let files = try takeBack { try scratch.publish(two) }
        let before = "\(scratch.root)/uncut"
        try FileManager.default.copyItem(atPath: scratch.folder.metadata, toPath: before)
        for cut in 0...files.count {
            try FileManager.default.removeItem(atPath: scratch.folder.metadata)
            try FileManager.default.copyItem(atPath: before, toPath: scratch.folder.metadata)
            if let staged { try scratch.folder.stage(staged, .root) }
            for file in files.prefix(cut) { try file.bytes.write(to: URL(filePath: file.path)) }
            #expect(try !scratch.publish(two).isWaiting)
            let proof = RepositoryProof(
                fleet: scratch.fleet, root: nil, state: scratch.state, releaseFolders: [:], looksAtTargets: false)
            let answer = try await proof.prove(now: scratch.now)
            #expect(answer.refusal == nil, "cut after \(cut) files: \(answer.refusal ?? "")")
            #expect(answer.targets.count == 2)
            #expect(try scratch.versions() == [roles.isEmpty ? 1 : 2, 2, 2, 2], "cut after \(cut) files")
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.staged) == [])
        }
    }
}

/// What a gateway would give out.
private struct KeeperSource: MetadataSource {
    let keeper: RepositoryKeeper

    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? { keeper.metadata(path) }
}
