import FleetCore
import Testing

/// What each role may do, cell by cell, as the core decides it. The words of the table are the commands' own.
@Suite struct RoleTableTests {
    private static let viewer = ["look on"]
    private static let runsUpdates = ["start", "approve", "pause", "resume", "cancel", "roll back", "retry failed"]
    private static let decidesOverDevices = [
        "configure", "add releases", "register", "draft", "decommission", "accept", "refuse", "issue token",
        "revoke token", "stop",
    ]

    static let commands: [Command] = [
        .configure(FleetSettings(name: "other")), .addReleases([]), .register([]),
        .draft(CoreFixture.update("u2")), .start(update: "u"), .approve(update: "u"), .pause(update: "u"),
        .resume(update: "u"), .cancel(update: "u"), .rollBack(update: "u", confirmation: "u", preview: nil),
        .retryFailed(update: "u"), .decommission(device: "pos-0-0"), .accept(device: "pos-0-0"),
        .refuse(device: "pos-0-0"), .issueToken(device: nil), .revokeToken(device: nil), .stopEngine, .lookOn,
    ]

    @Test func everyCommandStandsInTheTable() {
        let table = Self.viewer + Self.runsUpdates + Self.decidesOverDevices
        #expect(Set(Self.commands.map(\.verb)) == Set(table))
        #expect(table.count == Self.commands.count)
    }

    @Test(arguments: [Role?.none] + Role.allCases.map { $0 }, commands)
    func onlyWhatTheRoleCoversIsDecided(role: Role?, command: Command) throws {
        let mayGive =
            switch role {
            case nil: [String]()
            case .viewer: Self.viewer
            case .operator: Self.viewer + Self.runsUpdates
            case .admin: Self.viewer + Self.runsUpdates + Self.decidesOverDevices
            }
        var fixture = CoreFixture()
        fixture.command(.draft(CoreFixture.update()))
        _ = fixture.machine.takeFacts()
        let state = fixture.machine.state
        let origin = Origin(operatorName: "lea", source: "test", user: "lea", role: role)
        let refusal = fixture.machine.handle(command, origin, now: fixture.now)
        let isRefusedForRole = refusal?.message.contains(role == nil ? "no role" : "needs a") ?? false
        #expect(isRefusedForRole == !mayGive.contains(command.verb), "\(command.verb): \(refusal?.message ?? "done")")
        guard isRefusedForRole else { return }
        let facts = fixture.machine.takeFacts().map(\.event)
        let record = CommandRecord(verb: command.verb, object: command.object, origin: origin)
        #expect(facts == [.commandRefused(record, try #require(refusal))])
        #expect(fixture.machine.state.updates == state.updates)
    }

    @Test func theHighestGrantCounts() {
        var access = AccessSettings()
        access.users = [RoleGrant("kim", .viewer)]
        access.groups = [RoleGrant("ops", .operator), RoleGrant("release", .admin)]
        #expect(access.role(of: LocalUser(name: "kim")) == .viewer)
        #expect(access.role(of: LocalUser(name: "kim", groups: ["users", "ops"])) == .operator)
        #expect(access.role(of: LocalUser(name: "kim", groups: ["release", "ops"])) == .admin)
        #expect(access.role(of: LocalUser(name: "mia", groups: ["users"])) == nil)
        #expect(access.role(of: LocalUser(name: "mia", isOwner: true)) == .admin)
        // A group of a user's name is not the user.
        #expect(access.role(of: LocalUser(name: "mia", groups: ["kim"])) == nil)
    }
}
