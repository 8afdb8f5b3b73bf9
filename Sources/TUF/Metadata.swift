/// A file of a role: what it says, and who signed that.
public struct Metadata<Role: SignedRole>: Sendable {
    /// What it says. To change it, make a new file of the changed role and sign that.
    public let signed: Role
    /// Each key id once.
    public private(set) var signatures: [Signature]
    private let signedJSON: JSONValue
    private let unrecognized: [String: JSONValue]

    /// Signatures that a file may carry.
    static var mostSignatures: Int { 1_024 }

    /// A file that nobody has signed yet.
    public init(_ signed: Role) {
        self.signed = signed
        signatures = []
        signedJSON = signed.json
        unrecognized = [:]
    }

    /// Reads a file strictly; signatures are not verified by that.
    ///
    /// - Parameter file: the name of the role, for refusals; by itself the type.
    public init(bytes: [UInt8], file: String = Role.typeName) throws(TUFRefusal) {
        let json: JSONValue
        do { json = try JSONValue(bytes: bytes) } catch {
            throw .malformed(file: file, at: "byte \(error.offset)", reason: error.reason)
        }
        var fields = try Fields(json, file: file, path: "")
        var signatures: [Signature] = []
        for (index, value) in try fields.array("signatures").enumerated() {
            signatures.append(try Signature(json: value, file: file, path: "signatures[\(index)]"))
        }
        guard signatures.count <= Self.mostSignatures, Set(signatures.map(\.keyID)).count == signatures.count else {
            throw fields.refusal("signatures", "names a key twice, or there are more than \(Self.mostSignatures)")
        }
        self.signatures = signatures
        signedJSON = try fields.value("signed")
        signed = try Role(json: signedJSON, file: file)
        unrecognized = fields.rest
    }

    /// The file as JSON.
    public var bytes: [UInt8] {
        let known: [String: JSONValue] = ["signed": signedJSON, "signatures": .array(signatures.map(\.json))]
        return merged(known, unrecognized).bytes
    }

    /// What signatures are made over: the canonical form of the signed part as it was read, unknown fields included.
    public var signedBytes: [UInt8] { signedJSON.canonicalBytes }
}

extension Metadata {
    /// Signs, in the place of an older signature of the same key.
    ///
    /// - Parameter keyID: the id under which root or the delegation lists the key; by itself the key's own.
    public mutating func sign(with key: SigningKey, as keyID: String? = nil) throws(TUFRefusal) {
        let made = try key.signature(of: signedBytes)
        put(Signature(keyID: keyID ?? key.publicKey.keyID, hex: Hexadecimal.text(of: made)))
    }

    /// Takes over signatures of a copy, each in the place of an older one of the same key.
    ///
    /// - Parameters:
    ///   - ids: of the keys whose signatures are wanted.
    ///   - copy: what others have signed; it has to say the same to the byte, or none of its signatures is worth anything here.
    public mutating func take(_ ids: Set<String>, from copy: Metadata) {
        precondition(copy.signedBytes == signedBytes, "signatures of something else")
        for signature in copy.signatures where ids.contains(signature.keyID) { put(signature) }
    }

    private mutating func put(_ signature: Signature) {
        if let index = signatures.firstIndex(where: { $0.keyID == signature.keyID }) {
            signatures[index] = signature
        } else {
            signatures.append(signature)
        }
    }

    /// Ids of those of the role's keys that signed, each key once, even where it is listed under several ids.
    public func signers(among role: RoleKeys, keys: [String: PublicKey]) -> [String] {
        let message = signedBytes
        let listed = Set(role.keyIDs)
        var counted: Set<PublicKey.Material> = []
        var signers: [String] = []
        for signature in signatures where listed.contains(signature.keyID) {
            guard let key = keys[signature.keyID], let material = key.material, !counted.contains(material),
                let bytes = Hexadecimal.bytes(of: signature.hex), key.verifies(bytes, of: message)
            else { continue }
            counted.insert(material)
            signers.append(signature.keyID)
        }
        return signers
    }

    /// Refuses the file unless enough of the role's keys signed it.
    ///
    /// - Parameter by: whose demand it is, for the refusal.
    public func verify(
        by role: RoleKeys, keys: [String: PublicKey], file: String = Role.typeName, demandOf by: String
    ) throws(TUFRefusal) {
        let valid = signers(among: role, keys: keys).count
        guard valid >= role.threshold else {
            throw .tooFewSignatures(file: file, valid: valid, threshold: role.threshold, by: by)
        }
    }
}
