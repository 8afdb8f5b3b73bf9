import FleetCore
import Foundation
import TUF

@testable import ReleaseRepository

/// A repository in a folder of its own, with the clock in the test's hand.
final class ScratchRepository {
    /// Noon of the day on which it begins.
    static let start = FleetCore.Timestamp(milliseconds: 1_800_000_000_000)

    let root: String
    var now = start

    /// An empty fleet; with `begin`, one whose repository has keys for all roles in the state folder.
    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "repository-\(UUID().uuidString)").path()
        for folder in [fleet, state] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var fleet: String { "\(root)/fleet" }
    var state: String { "\(root)/state" }
    var folder: RepositoryFolder { RepositoryFolder(fleet: fleet) }
    var keys: KeyFolder { KeyFolder(state: state) }

    /// The repository at this moment.
    var repository: ReleaseRepository { ReleaseRepository(fleet: fleet, state: state, keys: keys, now: now) }
    /// What is published.
    var files: RepositoryFiles { get throws { try RepositoryFiles(published: folder) } }

    /// Draws a key for each role.
    func begin() throws {
        _ = try repository.change(RepositoryRole.allCases.map { RoleChange($0, drawnKey: .ed25519) })
    }

    /// Publishes releases, and expects that nothing waits.
    @discardableResult
    func publish(
        _ releases: [Release], _ change: (inout PublicationOrder) -> Void = { _ in }
    ) throws -> PublicationAnswer {
        var order = PublicationOrder(releases: releases)
        change(&order)
        return try repository.publish(order)
    }

    /// The versions that are published: root, targets, snapshot, timestamp.
    func versions() throws -> [Int] {
        let files = try files
        return [
            files.root?.signed.version, files.targets?.signed.version, files.snapshot?.signed.version,
            files.timestamp?.signed.version,
        ].map { $0 ?? 0 }
    }

    /// A release of one file.
    static func release(_ version: String, _ digit: Character = "a") -> Release {
        Release(
            version: Version(version) ?? Version(0, 0, 0),
            artifacts: [
                Artifact(name: "till.swu", size: 42, sha256: String(repeating: String(digit), count: 64))
            ])
    }

    /// A key file of a role is put away, and comes back.
    func withoutKey<Value>(of role: RepositoryRole, _ work: () throws -> Value) throws -> Value {
        let names = try FileManager.default.contentsOfDirectory(atPath: keys.path).filter { $0.hasPrefix("\(role)-") }
        for name in names { rename("\(keys.path)/\(name)", "\(root)/\(name)") }
        defer { for name in names { rename("\(root)/\(name)", "\(keys.path)/\(name)") } }
        return try work()
    }
}
