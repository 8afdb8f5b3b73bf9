import Testing

@testable import TUF

@Suite struct MetadataTests {
    static let root = """
        {"signatures":[],"signed":{"_type":"root","spec_version":"1.0.31","version":1,"expires":"2031-01-01T00:00:00Z",
        "consistent_snapshot":true,"keys":{},"roles":{"root":{"keyids":[],"threshold":1},
        "targets":{"keyids":["a","b"],"threshold":2},"snapshot":{"keyids":[],"threshold":1},
        "timestamp":{"keyids":[],"threshold":1}}}}
        """
    static let targets = """
        {"signatures":[],"signed":{"_type":"targets","spec_version":"1.0","version":1,"expires":"2031-01-01T00:00:00Z",
        "targets":{"a/b":{"length":5,"hashes":{"sha256":"00ff"},"custom":{"x":1}}},
        "delegations":{"keys":{},"roles":[{"name":"r","keyids":[],"threshold":1,"terminating":true,"paths":["*"]}]}}}
        """
    static let snapshot = """
        {"signatures":[],"signed":{"_type":"snapshot","spec_version":"1.0.31","version":1,
        "expires":"2031-01-01T00:00:00Z","meta":{"targets.json":{"version":3,"length":9,"hashes":{"sha256":"ab"}}}}}
        """
    static let timestamp = """
        {"signatures":[{"keyid":"a","sig":""}],"signed":{"_type":"timestamp","spec_version":"1.0.31","version":1,
        "expires":"2031-01-01T00:00:00Z","meta":{"snapshot.json":{"version":3}}}}
        """

    static func refuses<Role: SignedRole>(_ text: String, as type: Role.Type) -> Bool {
        (try? Metadata<Role>(bytes: Array(text.utf8))) == nil
    }

    @Test(arguments: [
        ("\"root\"", "\"targets\""), ("\"_type\":\"root\",", ""), ("1.0.31", "2.0.0"), ("1.0.31", "1"),
        ("1.0.31", "1.x"),
        ("1.0.31", "1.0.31.4"), ("1.0.31", "1..0"), ("\"1.0.31\"", "1"), ("\"version\":1", "\"version\":0"),
        ("\"version\":1", "\"version\":-1"), ("\"version\":1", "\"version\":true"),
        ("\"version\":1", "\"version\":\"1\""),
        ("\"version\":1", "\"version\":1.0"), ("2031-01-01T00:00:00Z", "2031-01-01T00:00:00"), ("true", "1"),
        ("\"keys\":{}", "\"keys\":[]"), ("\"keys\":{},", ""), ("\"keys\":{}", "\"keys\":{\"a\":{}}"),
        ("\"keys\":{}", "\"keys\":{\"a\":{\"keytype\":\"x\",\"scheme\":\"y\"}}"), ("[\"a\",\"b\"]", "[\"a\",\"a\"]"),
        ("[\"a\",\"b\"]", "[1]"), ("\"threshold\":2", "\"threshold\":0"), ("\"timestamp\":{", "\"other\":{"),
        ("\"signatures\":[]", "\"signatures\":{}"), ("\"signatures\":[],", ""),
        ("\"signatures\":[]", "\"signatures\":[1]"),
        ("\"signatures\":[]", "\"signatures\":[{\"keyid\":\"a\"}]"),
        ("\"signatures\":[]", "\"signatures\":[{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\",\"sig\":\"\"}]"),
        ("\"signed\":", "\"sign\":"),
    ])
    func aMalformedRootIsRefused(of part: String, by other: String) {
        #expect(!Self.refuses(Self.root, as: Root.self))
        #expect(Self.root.contains(part))
        #expect(Self.refuses(Self.root.replacing(part, with: other, maxReplacements: 1), as: Root.self))
    }

    @Test(arguments: [
        ("\"length\":5,", ""), ("\"length\":5", "\"length\":-1"), ("\"sha256\":\"00ff\"", ""), ("00ff", "00f"),
        ("00ff", ""),
        ("\"00ff\"", "1"), ("{\"x\":1}", "1"), ("\"roles\":[", "\"rolls\":["), ("\"name\":\"r\"", "\"name\":\"\""),
        ("\"name\":\"r\"", "\"name\":\"timestamp\""), ("\"name\":\"r\"", "\"name\":\"Root\""),
        (",\"paths\":[\"*\"]", ""),
        ("\"paths\":[\"*\"]", "\"paths\":[\"*\"],\"path_hash_prefixes\":[\"0\"]"), ("[\"*\"]", "[1]"),
        ("true", "\"yes\""),
        ("[{", "[{\"name\":\"r\",\"keyids\":[],\"threshold\":1,\"terminating\":true,\"paths\":[]},{"),
    ])
    func malformedTargetsAreRefused(of part: String, by other: String) {
        #expect(!Self.refuses(Self.targets, as: Targets.self))
        #expect(Self.targets.contains(part))
        #expect(Self.refuses(Self.targets.replacing(part, with: other, maxReplacements: 1), as: Targets.self))
    }

    @Test(arguments: [
        ("\"version\":3", "\"version\":0"), ("\"length\":9", "\"length\":\"9\""), ("\"length\":9", "\"length\":-1"),
        ("{\"sha256\":\"ab\"}", "{}"), ("\"ab\"", "\"zz\""), ("\"meta\":", "\"mata\":"),
    ])
    func aMalformedSnapshotIsRefused(of part: String, by other: String) {
        #expect(!Self.refuses(Self.snapshot, as: Snapshot.self))
        #expect(Self.snapshot.contains(part))
        #expect(Self.refuses(Self.snapshot.replacing(part, with: other, maxReplacements: 1), as: Snapshot.self))
    }

    @Test func aMalformedTimestampIsRefused() {
        #expect(!Self.refuses(Self.timestamp, as: Timestamp.self))
        #expect(Self.refuses(Self.timestamp.replacing("snapshot.json", with: "other.json"), as: Timestamp.self))
    }

    @Test func theRefusalSaysWhere() {
        let text = Self.root.replacing("\"threshold\":2", with: "\"threshold\":0")
        let refusal = TUFRefusal.malformed(
            file: "root", at: "signed.roles.targets.threshold", reason: "is 0, less than 1")
        #expect(throws: refusal) { try Metadata<Root>(bytes: Array(text.utf8)) }
        #expect(refusal.description.contains("root: signed.roles.targets.threshold: is 0, less than 1"))
        #expect(throws: TUFRefusal.unsupportedSpecification(file: "root", version: "2.0.0")) {
            try Metadata<Root>(bytes: Array(Self.root.replacing("1.0.31", with: "2.0.0").utf8))
        }
        #expect(throws: TUFRefusal.wrongType(file: "snapshot", found: "timestamp", expected: "snapshot")) {
            try Metadata<Snapshot>(bytes: Array(Self.timestamp.utf8))
        }
    }

    @Test func unknownFieldsSurviveAndAreSigned() throws {
        let text = Self.root.replacing("\"signatures\":[]", with: "\"signatures\":[],\"note\":[1]")
            .replacing("\"keys\":{}", with: "\"keys\":{},\"x-note\":{\"a\":\"\\n\"}")
            .replacing("\"threshold\":2", with: "\"threshold\":2,\"x-role\":null")
            .replacing("\"roles\":{", with: "\"roles\":{\"mirrors\":{\"keyids\":[]},")
        let file = try Metadata<Root>(bytes: Array(text.utf8))
        #expect(try JSONValue(bytes: file.bytes) == JSONValue(bytes: Array(text.utf8)))
        #expect(file.signed.json == (try JSONValue(bytes: Array(text.utf8))["signed"]))
        #expect(String(decoding: file.signedBytes, as: UTF8.self).contains("\"x-note\":{\"a\":\"\n\"}"))
    }

    @Test func rolesComeBackAsTheyWere() throws {
        func comesBack<Role: SignedRole>(_ text: String, _ type: Role.Type) throws {
            let file = try Metadata<Role>(bytes: Array(text.utf8))
            let again = try Metadata<Role>(bytes: Metadata(file.signed).bytes)
            #expect(again.signed == file.signed)
            #expect(again.signedBytes == file.signedBytes)
        }
        try comesBack(Self.root, Root.self)
        try comesBack(Self.targets, Targets.self)
        try comesBack(Self.snapshot, Snapshot.self)
        try comesBack(Self.timestamp, Timestamp.self)
    }

    @Test func whatARefusalRepeatsDoesNothingToATerminal() {
        let hostile = TUFRefusal.unknownTarget("\u{1B}[2J\u{202E}\n" + String(repeating: "\u{7}", count: 10_000))
        #expect(hostile.reason.hasPrefix("no role describes the target U+1B[2JU+202EU+AU+7U+7"))
        #expect(hostile.reason.count < 600)
        #expect(TUFRefusal.unknownTarget("Kassenprogramm für Köln 😀").reason.hasSuffix("Kassenprogramm für Köln 😀"))
    }
}
