import Testing

@testable import FleetCore

/// The table of roles, and what becomes of those who have none.
@Suite struct RoleTests {
    /// Every command, and the lowest role that may give it, written down once more.
    private static let table: [(Command, Role)] = [
        (.lookOn, .viewer),
        (.start(update: "u"), .operator), (.approve(update: "u"), .operator), (.pause(update: "u"), .operator),
        (.resume(update: "u"), .operator), (.cancel(update: "u"), .operator), (.retryFailed(update: "u"), .operator),
        (.rollBack(update: "u", confirmation: "u", preview: nil), .operator),
        (.accept(device: "d"), .admin), (.refuse(device: "d"), .admin), (.decommission(device: "d"), .admin),
        (.register([CoreFixture.record(site: 0, terminal: 7)]), .admin), (.issueToken(device: nil), .admin),
        (.revokeToken(device: nil), .admin), (.issueAPIToken(name: "ci", role: .viewer), .admin),
        (.revokeAPIToken(name: "ci"), .admin), (.configure(FleetSettings(name: "other")), .admin),
        (.addReleases([Release(version: CoreFixture.old)]), .admin), (.draft(CoreFixture.update("new")), .admin),
        (.stopEngine, .admin),
    ]
    private static let roles: [Role?] = [nil] + Role.allCases

    @Test(arguments: roles, table.indices) func everyCell(role: Role?, index: Int) {
        let (command, needed) = Self.table[index]
        var fixture = CoreFixture()
        _ = fixture.machine.takeFacts()
        let origin = Origin(operatorName: "lee", source: "test", user: "lee", role: role)
        let refusal = fixture.machine.handle(command, origin, now: fixture.now)
        guard let role else {
            #expect(refusal?.message == "this fleet knows no role of lee")
            return expectRefused(&fixture, command, origin)
        }
        if role >= needed {
            #expect(refusal?.message.contains("needs") != true)
        } else {
            let article = needed == .viewer ? "a" : "an"
            #expect(refusal?.message == "lee is \(role) here, and `\(command.verb)` needs \(article) \(needed)")
            expectRefused(&fixture, command, origin)
        }
    }

    /// The refusal is all that the command leaves.
    private func expectRefused(_ fixture: inout CoreFixture, _ command: Command, _ origin: Origin) {
        let facts = fixture.machine.takeFacts()
        let record = CommandRecord(verb: command.verb, object: command.object, origin: origin)
        guard facts.count == 1, case .commandRefused(record, _) = facts[0].event else {
            Issue.record("\(facts)")
            return
        }
    }

    /// Looking on changes nothing, so it leaves nothing where it is allowed.
    @Test func lookingOnLeavesNoFact() {
        var fixture = CoreFixture()
        _ = fixture.machine.takeFacts()
        let origin = Origin(operatorName: "lee", source: "test", user: "lee", role: .viewer)
        #expect(fixture.machine.handle(.lookOn, origin, now: fixture.now) == nil)
        #expect(fixture.machine.takeFacts() == [])
    }

    /// Of one user and one command one refusal a minute is written down, whatever they call themselves.
    @Test func refusalsDoNotFillTheJournal() {
        var fixture = CoreFixture()
        _ = fixture.machine.takeFacts()
        func ask(_ command: Command, _ name: String, user: String, after seconds: Int64) -> Int {
            let origin = Origin(operatorName: name, source: "test", user: user, role: .viewer)
            #expect(fixture.machine.handle(command, origin, now: fixture.now + .seconds(seconds)) != nil)
            return fixture.machine.takeFacts().count
        }
        #expect(ask(.pause(update: "u"), "lee", user: "lee", after: 0) == 1)
        #expect(ask(.pause(update: "v"), "max (lee)", user: "lee", after: 59) == 0)
        #expect(ask(.resume(update: "u"), "lee", user: "lee", after: 59) == 1)
        #expect(ask(.pause(update: "u"), "kim", user: "kim", after: 59) == 1)
        #expect(ask(.pause(update: "u"), "lee", user: "lee", after: 60) == 1)
        let written = (0..<3000).map { ask(.pause(update: "u"), "x", user: "user \($0)", after: 61) }
        #expect(written.reduce(0, +) < RefusalQuota.capacity)
        // Room comes back with time.
        #expect(ask(.pause(update: "u"), "late", user: "late", after: 200) == 1)
    }

    @Test func theHighestRoleCounts() {
        var access = AccessSettings()
        access.users = [RoleGrant("lee", .viewer), RoleGrant("root", .viewer)]
        access.groups = [RoleGrant("ops", .operator), RoleGrant("wheel", .admin)]
        #expect(access.role(of: LocalUser(name: "lee")) == .viewer)
        #expect(access.role(of: LocalUser(name: "lee", groups: ["staff", "ops"])) == .operator)
        #expect(access.role(of: LocalUser(name: "max", groups: ["wheel", "ops"])) == .admin)
        #expect(access.role(of: LocalUser(name: "max", groups: ["lee"])) == nil)
        #expect(access.role(of: LocalUser(name: "ops")) == nil)
        #expect(access.role(of: LocalUser(name: "root", isOwner: true)) == .admin)
    }
}
