/// The versions of all targets roles that belong together.
public struct Snapshot: SignedRole {
    public static let typeName = "snapshot"

    public var header: RoleHeader
    /// By file name: `targets.json`, `projects.json`.
    public var files: [String: MetaFile]
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(header: RoleHeader, files: [String: MetaFile]) {
        self.header = header
        self.files = files
    }

    /// What it says of a targets role.
    public subscript(role name: String) -> MetaFile? {
        get { files["\(name).json"] }
        set { files["\(name).json"] = newValue }
    }

    public init(json: JSONValue, file: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: "signed")
        header = try RoleHeader(taking: &fields, type: Self.typeName)
        var files: [String: MetaFile] = [:]
        for (name, value) in try fields.fields("meta").rest {
            files[name] = try MetaFile(json: value, file: file, path: "signed.meta.\(name)")
        }
        self.files = files
        unrecognized = fields.rest
    }

    public var json: JSONValue {
        var known = header.fields(type: Self.typeName)
        known["meta"] = .object(files.mapValues(\.json))
        return merged(known, unrecognized)
    }
}
