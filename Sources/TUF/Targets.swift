/// What a targets role vouches for: files, and other roles for some of the names.
public struct Targets: SignedRole {
    public static let typeName = "targets"

    public var header: RoleHeader
    /// By target path, with `/` between folders.
    public var targets: [String: TargetFile]
    /// Whom it trusts with what, if anybody.
    public var delegations: Delegations?
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(header: RoleHeader, targets: [String: TargetFile], delegations: Delegations? = nil) {
        self.header = header
        self.targets = targets
        self.delegations = delegations
    }

    public init(json: JSONValue, file: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: "signed")
        header = try RoleHeader(taking: &fields, type: Self.typeName)
        var targets: [String: TargetFile] = [:]
        for (name, value) in try fields.fields("targets").rest {
            targets[name] = try TargetFile(json: value, file: file, path: "signed.targets.\(name)")
        }
        self.targets = targets
        if let value = fields.optional("delegations") {
            delegations = try Delegations(json: value, file: file, path: "signed.delegations")
        }
        unrecognized = fields.rest
    }

    public var json: JSONValue {
        var known = header.fields(type: Self.typeName)
        known["targets"] = .object(targets.mapValues(\.json))
        if let delegations { known["delegations"] = delegations.json }
        return merged(known, unrecognized)
    }
}
