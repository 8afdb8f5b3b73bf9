/// What one role says, which is the signed part of its file.
public protocol SignedRole: Sendable, Equatable {
    /// As `_type` has it: `root`, `targets`, `snapshot`, `timestamp`.
    static var typeName: String { get }
    /// What all roles have.
    var header: RoleHeader { get set }
    /// Reads the signed part.
    init(json: JSONValue, file: String) throws(TUFRefusal)
    /// The signed part, with the fields that are not known here.
    var json: JSONValue { get }
}

/// The fields that all roles have.
public struct RoleHeader: Sendable, Equatable {
    /// Counts up from 1.
    public var version: Int
    /// From this moment on the file is not trusted.
    public var expires: UTCTime
    /// The version of the specification, whose major number is 1.
    public var specVersion: String

    /// The version of the specification that is written here.
    public static let writtenSpecVersion = "1.0.31"

    public init(version: Int, expires: UTCTime, specVersion: String = RoleHeader.writtenSpecVersion) {
        self.version = version
        self.expires = expires
        self.specVersion = specVersion
    }

    init(taking fields: inout Fields, type: String) throws(TUFRefusal) {
        let found = try fields.string("_type")
        guard found == type else { throw .wrongType(file: fields.file, found: found, expected: type) }
        specVersion = try fields.string("spec_version")
        try Self.check(specVersion, of: fields)
        version = try fields.integer("version", atLeast: 1)
        guard let expires = UTCTime(try fields.string("expires")) else {
            throw fields.refusal("expires", "is no time as in 2030-01-31T12:00:00Z")
        }
        self.expires = expires
    }

    private static func check(_ specVersion: String, of fields: Fields) throws(TUFRefusal) {
        let parts = specVersion.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) }) else {
            throw fields.refusal("spec_version", "is no version as in 1.0.31")
        }
        guard parts[0].elementsEqual("1".utf8) else {
            throw .unsupportedSpecification(file: fields.file, version: specVersion)
        }
    }

    func fields(type: String) -> [String: JSONValue] {
        [
            "_type": .string(type), "spec_version": .string(specVersion), "version": .integer(version),
            "expires": .string(expires.description),
        ]
    }
}

extension SignedRole {
    /// Counts up from 1.
    public var version: Int {
        get { header.version }
        set { header.version = newValue }
    }
    /// From this moment on the file is not trusted.
    public var expires: UTCTime {
        get { header.expires }
        set { header.expires = newValue }
    }
}

/// The fields, and of the unknown ones those that have no name of a known one.
func merged(_ known: [String: JSONValue], _ unknown: [String: JSONValue]) -> JSONValue {
    .object(known.merging(unknown) { known, _ in known })
}
