/// The newest snapshot, signed often, so that nobody can be kept on an old one for long.
public struct Timestamp: SignedRole {
    public static let typeName = "timestamp"
    static let snapshotName = "snapshot.json"

    public var header: RoleHeader
    /// The snapshot to trust.
    public var snapshot: MetaFile
    /// Other files that it names, which the specification does not foresee, as they were.
    private var otherFiles: [String: JSONValue] = [:]
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(header: RoleHeader, snapshot: MetaFile) {
        self.header = header
        self.snapshot = snapshot
    }

    public init(json: JSONValue, file: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: "signed")
        header = try RoleHeader(taking: &fields, type: Self.typeName)
        var files = try fields.fields("meta")
        snapshot = try MetaFile(
            json: files.optional(Self.snapshotName), file: file, path: "signed.meta.\(Self.snapshotName)")
        otherFiles = files.rest
        unrecognized = fields.rest
    }

    public var json: JSONValue {
        var known = header.fields(type: Self.typeName)
        known["meta"] = merged([Self.snapshotName: snapshot.json], otherFiles)
        return merged(known, unrecognized)
    }
}
