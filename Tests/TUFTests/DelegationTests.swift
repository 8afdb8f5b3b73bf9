import TUF
import Testing

@Suite struct DelegationTests {
    @Test(arguments: [
        ("targets/*.tgz", "targets/foo.tgz", true), ("targets/*.tgz", "targets/foo.txt", false),
        ("foo-version-?.tgz", "foo-version-2.tgz", true), ("foo-version-?.tgz", "foo-version-alpha.tgz", false),
        ("*.tgz", "foo.tgz", true), ("*.tgz", "targets/foo.tgz", false), ("foo.tgz", "foo.tgz", true),
        ("foo.tgz", "Foo.tgz", false), ("*", "", true), ("*", "a/b", false), ("*/*", "a/b", true),
        ("*/*", "a/b/c", false),
        ("?", "é", true), ("?", "/", false), ("", "", true), ("", "a", false), ("a*b*c", "aXbXbc", true),
        ("a*b*c", "aXbX", false), ("**", "abc", true), ("*?", "", false), ("a/", "a/", true), ("/a", "a", false),
        ("[ab]", "a", false), ("[ab]", "[ab]", true), ("*.e\u{301}", "x.\u{e9}", false),
    ])
    func patternsMatchWithinASegment(pattern: String, path: String, matches: Bool) {
        let role = DelegatedRole(name: "r", keys: RoleKeys(keyIDs: [], threshold: 1), scope: .paths([pattern]))
        #expect(role.isTrusted(withTarget: path) == matches)
    }

    @Test func aPatternOfManyStarsTakesNoTime() {
        let pattern = String(repeating: "a*", count: 2_000) + "b"
        let role = DelegatedRole(name: "r", keys: RoleKeys(keyIDs: [], threshold: 1), scope: .paths([pattern]))
        #expect(!role.isTrusted(withTarget: String(repeating: "a", count: 4_000)))
    }

    @Test func hashPrefixesMatchTheHashOfThePath() {
        func role(_ prefixes: [String]) -> DelegatedRole {
            DelegatedRole(name: "r", keys: RoleKeys(keyIDs: [], threshold: 1), scope: .pathHashPrefixes(prefixes))
        }
        let digest = Hashes(of: Array("a/file".utf8)).byAlgorithm["sha256"] ?? ""
        #expect(role([String(digest.prefix(3))]).isTrusted(withTarget: "a/file"))
        #expect(role(["x", digest.uppercased()]).isTrusted(withTarget: "a/file"))
        #expect(!role([String(digest.prefix(3))]).isTrusted(withTarget: "a/file2"))
        #expect(!role([]).isTrusted(withTarget: "a/file"))
    }

    struct Graph: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var edges: [(from: String, to: String, scope: DelegatedRole.Scope, isTerminating: Bool)]
        var order: [String]

        init(_ name: String, _ edges: [(String, String, [String], Bool)], _ order: [String]) {
            testDescription = name
            self.edges = edges.map { ($0.0, $0.1, .paths($0.2), $0.3) }
            self.order = order
        }
    }

    static let graphs = [
        Graph("one", [("targets", "A", ["*"], false)], ["A"]),
        Graph("two beside each other", [("targets", "A", ["*"], false), ("targets", "B", ["*"], false)], ["A", "B"]),
        Graph(
            "children before siblings",
            [
                ("targets", "A", ["*"], false), ("targets", "B", ["*"], false), ("A", "C", ["*"], false),
                ("C", "D", ["*"], false), ("A", "E", ["*"], false),
            ], ["A", "C", "D", "E", "B"]),
        Graph(
            "a terminating one ends all but its own",
            [
                ("targets", "A", ["*"], false), ("targets", "B", ["*"], false), ("A", "C", ["*"], true),
                ("A", "D", ["*"], false), ("C", "E", ["*"], false),
            ], ["A", "C", "E"]),
        Graph(
            "a terminating one that does not match ends nothing",
            [("targets", "A", ["*.py"], true), ("targets", "B", ["*"], false)], ["B"]),
        Graph(
            "a role is asked only where the whole way matches",
            [
                ("targets", "A", ["*.py"], false), ("targets", "B", ["*"], false), ("A", "C", ["*"], false),
                ("B", "D", ["*.py"], false),
            ], ["B"]),
        Graph(
            "a cycle",
            [
                ("targets", "A", ["*"], false), ("targets", "B", ["*"], false), ("B", "C", ["*"], false),
                ("C", "D", ["*"], false), ("D", "B", ["*"], false),
            ], ["A", "B", "C", "D"]),
        Graph("a role that trusts itself", [("targets", "A", ["*"], false), ("A", "A", ["*"], false)], ["A"]),
        Graph(
            "two that trust a third",
            [
                ("targets", "A", ["*"], false), ("targets", "B", ["*"], false), ("B", "C", ["*"], false),
                ("A", "C", ["*"], false),
            ], ["A", "C", "B"]),
        Graph(
            "two that trust a third, by other paths",
            [
                ("targets", "A", ["*"], false), ("targets", "B", ["*"], false), ("B", "C", ["*"], false),
                ("A", "C", ["*.py"], false),
            ], ["A", "B", "C"]),
    ]

    @Test(arguments: graphs)
    func rolesAreAskedInOrder(graph: Graph) async throws {
        var repository = try TestRepository()
        for edge in graph.edges {
            repository.delegate(from: edge.from, to: edge.to, scope: edge.scope, isTerminating: edge.isTerminating)
        }
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "missing") }
        #expect(refusal == .unknownTarget("missing"))
        #expect(await Array(fixture.mirror.asked.dropFirst(4)) == graph.order.map { "1.\($0).json" })
    }

    @Test func theFirstRoleThatDescribesATargetIsBelieved() async throws {
        var repository = try TestRepository()
        repository.delegate(to: "A")
        repository.delegate(to: "B")
        repository.add("by A", as: "x", to: "A")
        repository.add("by B, longer", as: "x", to: "B")
        repository.add("only B", as: "y", to: "B")
        try repository.publish()
        let client = try ClientFixture(repository).client()
        try await client.refresh()
        #expect(try await client.target(named: "x").length == 4)
        #expect(try await client.target(named: "y").length == 6)
    }

    @Test func aRoleIsNotBelievedOutsideItsPaths() async throws {
        var repository = try TestRepository()
        repository.delegate(to: "A", scope: .paths(["a/*"]))
        repository.add("stolen", as: "b/x", to: "A")
        try repository.publish()
        let client = try ClientFixture(repository).client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "b/x") }
        #expect(refusal == .unknownTarget("b/x"))
    }

    @Test func aDelegationHasAThresholdOfItsOwn() async throws {
        var repository = try TestRepository()
        let signers = (0..<3).map { _ in SigningKey(generating: .ed25519) }
        repository.delegate(to: "A", keys: signers, threshold: 2)
        repository.delegated["A"]?.keys = [signers[0]]
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "x") }
        #expect(refusal == .tooFewSignatures(file: "A", valid: 1, threshold: 2, by: "targets"))
        #expect(fixture.stored("A") == nil)
        repository.delegated["A"]?.keys = Array(signers[1...])
        repository.add("x", as: "x", to: "A")
        try repository.publish()
        try await fixture.refresh(repository)
        let second = fixture.client()
        try await second.refresh()
        #expect(try await second.target(named: "x").length == 1)
    }

    @Test func whatOneRoleTrustsAnotherNeedNot() async throws {
        var repository = try TestRepository()
        repository.delegate(to: "A", scope: .paths(["a*"]))
        repository.delegate(to: "B", scope: .paths(["*"]))
        repository.delegate(from: "A", to: "C")
        repository.delegate(from: "B", to: "C")
        let stranger = SigningKey(generating: .ed25519).publicKey
        repository.delegated["B"]?.role.delegations?.keys = [stranger.keyID: stranger]
        repository.delegated["B"]?.role.delegations?.roles[0].keys.keyIDs = [stranger.keyID]
        repository.add("by C", as: "ax", to: "C")
        repository.add("by C", as: "bx", to: "C")
        try repository.publish()
        let client = try ClientFixture(repository).client()
        try await client.refresh()
        _ = try await client.target(named: "ax")
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "bx") }
        #expect(refusal == .tooFewSignatures(file: "C", valid: 0, threshold: 1, by: "B"))
    }

    @Test func theNumberOfRolesIsBounded() async throws {
        var repository = try TestRepository()
        for index in 0..<40 { repository.delegate(to: "r\(index)") }
        repository.add("x", as: "x", to: "r39")
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "x") }
        #expect(refusal == .tooManyRoles(target: "x", limit: 32))
        #expect(await fixture.mirror.asked.count == 4 + 31)
    }

    @Test func aRoleThatCannotBeTrustedEndsTheSearch() async throws {
        var repository = try TestRepository()
        repository.delegate(to: "A")
        repository.delegate(to: "B")
        repository.add("x", as: "x", to: "B")
        repository.delegated["A"]?.role.expires = TestRepository.now
        try repository.publish()
        let client = try ClientFixture(repository).client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "x") }
        #expect(refusal == .expired(file: "A", expires: TestRepository.now, at: TestRepository.now))
    }

    @Test func aNameThatOnlyLooksTheSameIsAnother() async throws {
        var repository = try TestRepository()
        repository.add("x", as: "caf\u{e9}")
        try repository.publish()
        let client = try ClientFixture(repository).client()
        try await client.refresh()
        #expect(try await client.target(named: "caf\u{e9}").length == 1)
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "cafe\u{301}") }
        #expect(refusal == .unknownTarget("cafe\u{301}"))
    }
}
