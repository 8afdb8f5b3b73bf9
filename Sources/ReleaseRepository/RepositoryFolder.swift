import Foundation
import TUF

/// The repository in a fleet's directory: `tuf/metadata` as it is published, `tuf/staged` what waits for signatures, and
/// `tuf/settings.json`. No private key is ever in it.
struct RepositoryFolder: Sendable {
    /// The repository's name in a fleet's directory.
    static let name = "tuf"
    /// Versions of the root that are read at most; a client reads fewer in one walk.
    static let mostRoots = 1024

    /// The repository's path.
    let path: String

    /// The repository of a fleet.
    init(fleet: String) { path = "\(fleet)/\(Self.name)" }

    var metadata: String { "\(path)/metadata" }
    var staged: String { "\(path)/staged" }
    var settings: String { "\(path)/settings.json" }

    /// Whether a fleet has a repository that clients can use.
    var isPublished: Bool { has(.root, 1) }
    /// Whether a version of a role's metadata is published.
    func has(_ role: RepositoryRole, _ version: Int) -> Bool {
        FileManager.default.fileExists(atPath: publishedPath(role, version))
    }
    /// Whether there is anything.
    var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    /// Creates the folders that are missing.
    func create() throws(RepositoryRefusal) {
        for folder in [metadata, staged] { try DurableFile.createFolder(folder) }
    }

    // MARK: - What is published

    /// Where a version is published; the timestamp has one place for all.
    func publishedPath(_ role: RepositoryRole, _ version: Int) -> String {
        "\(metadata)/\(role.publishedName(version: version))"
    }

    /// Published metadata; nil: there is none of this version.
    func published<Role: SignedRole>(_ role: RepositoryRole, _ version: Int) throws(RepositoryRefusal) -> Metadata<
        Role
    >? {
        try Self.read(publishedPath(role, version), role)
    }

    /// Puts metadata where clients find it, durably.
    func publish<Role: SignedRole>(_ file: Metadata<Role>, _ role: RepositoryRole) throws(RepositoryRefusal) {
        try DurableFile.replace(publishedPath(role, file.signed.version), with: file.bytes, mode: 0o666)
    }

    // MARK: - What is staged

    func stagedPath(_ role: RepositoryRole) -> String { "\(staged)/\(role.rawValue).json" }

    /// Staged metadata; nil: there is none.
    func staged<Role: SignedRole>(_ role: RepositoryRole) throws(RepositoryRefusal) -> Metadata<Role>? {
        try Self.read(stagedPath(role), role)
    }

    func stage<Role: SignedRole>(_ file: Metadata<Role>, _ role: RepositoryRole) throws(RepositoryRefusal) {
        try DurableFile.replace(stagedPath(role), with: file.bytes, mode: 0o666)
    }

    func unstage(_ role: RepositoryRole) throws(RepositoryRefusal) { try DurableFile.remove(stagedPath(role)) }

    /// Metadata in a file; nil: there is none.
    static func read<Role: SignedRole>(
        _ path: String, _ role: RepositoryRole
    ) throws(RepositoryRefusal) -> Metadata<Role>? {
        guard let bytes = try DurableFile.read(path, atMost: role.mostBytes) else { return nil }
        do throws(TUFRefusal) {
            return try Metadata<Role>(bytes: bytes)
        } catch {
            throw RepositoryRefusal("\(path): \(error.reason)", remedy: "put the right file back")
        }
    }
}
