import Foundation
import TUF

/// A folder with private keys: PKCS#8 PEM files that their owner alone may read. It lies in the state folder, on a stick,
/// on a machine without a network: wherever the operator names it, and never in the fleet's directory.
public struct KeyFolder: Sendable {
    /// The folder's name in a state folder.
    public static let name = "keys"
    /// Files that are looked at.
    static let mostKeys = 1000
    /// Bytes of the largest file that is looked at: an RSA key of 16384 bits has less than 13 KB.
    static let mostBytes = 64 << 10
    private static let suffix = ".pem"

    /// The folder's path.
    public let path: String

    /// The folder at a path. Nothing is read or created yet.
    public init(path: String) { self.path = path }

    /// The folder of a fleet, by the folder of its state.
    public init(state: String) { self.init(path: "\(state)/\(Self.name)") }

    /// A private key and where it is.
    struct HeldKey {
        var key: SigningKey
        var file: String
    }

    /// The keys in it, by their ids.
    ///
    /// - Throws: If others than the owner may read one: it is to be drawn anew then, not to be used on. Files that hold no
    ///   private key are passed over.
    func keys() throws(RepositoryRefusal) -> [String: HeldKey] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        var keys: [String: HeldKey] = [:]
        for name in names.filter({ $0.hasSuffix(Self.suffix) }).prefix(Self.mostKeys) {
            let file = "\(path)/\(name)"
            guard let key = try Self.readIfKey(file) else { continue }
            keys[key.publicKey.keyID] = HeldKey(key: key, file: file)
        }
        return keys
    }

    /// The private key in a file.
    ///
    /// - Throws: If there is none, or others than its owner may read it.
    static func read(_ file: String) throws(RepositoryRefusal) -> SigningKey {
        guard let bytes = try DurableFile.read(file, atMost: mostBytes) else {
            throw RepositoryRefusal("\(file) is missing", remedy: "name a file with a private key")
        }
        try expectPrivate(file)
        let pem = String(decoding: bytes, as: UTF8.self)
        do throws(TUFRefusal) {
            return try SigningKey(pem: pem)
        } catch {
            throw RepositoryRefusal(
                "\(file): \(UnfitKey(privateKey: pem)?.description ?? error.reason)",
                remedy: "name a PKCS#8 PEM file of an Ed25519, P-256 or RSA key without a passphrase")
        }
    }

    /// The private key in a file; nil: it holds something else.
    private static func readIfKey(_ file: String) throws(RepositoryRefusal) -> SigningKey? {
        guard let bytes = try? DurableFile.read(file, atMost: mostBytes),
            let key = try? SigningKey(pem: String(decoding: bytes, as: UTF8.self))
        else { return nil }
        try expectPrivate(file)
        return key
    }

    private static func expectPrivate(_ file: String) throws(RepositoryRefusal) {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        throw RepositoryRefusal(
            "\(file) is a private key that others than its owner may read",
            remedy: "chmod 600 it; if somebody may have read it, revoke it and draw another")
    }

    /// The public key in a file.
    static func readPublic(_ file: String) throws(RepositoryRefusal) -> PublicKey {
        guard let bytes = try DurableFile.read(file, atMost: mostBytes) else {
            throw RepositoryRefusal("\(file) is missing", remedy: "name a file with a public key")
        }
        let pem = String(decoding: bytes, as: UTF8.self)
        do throws(TUFRefusal) {
            return try PublicKey(pem: pem)
        } catch {
            throw RepositoryRefusal(
                "\(file): \(UnfitKey(publicKey: pem)?.description ?? error.reason)",
                remedy: "name a PEM file with the public half of an Ed25519, P-256 or RSA key (`openssl pkey -pubout`)")
        }
    }

    /// Where a key of a role is kept that is drawn here.
    func place(of key: SigningKey, for role: RepositoryRole) -> String {
        "\(path)/\(role)-\(key.publicKey.keyID.prefix(KeyNote.shortLength))\(Self.suffix)"
    }

    /// Keeps a key that was drawn, for its owner alone.
    func keep(_ key: SigningKey, for role: RepositoryRole) throws(RepositoryRefusal) {
        try DurableFile.createFolder(path, mode: 0o700)
        try DurableFile.create(place(of: key, for: role), Array(key.pem.utf8), mode: 0o600)
    }
}
