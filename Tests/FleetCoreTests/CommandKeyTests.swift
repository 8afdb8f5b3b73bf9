import Testing

@testable import FleetCore

/// Keys of commands, and how long they are remembered.
@Suite struct CommandKeyTests {
    private static func origin(
        _ name: String = "kim", user: String? = nil, key: UInt64? = 1, basis: UInt64? = nil
    ) -> Origin {
        Origin(
            operatorName: name, source: "test", user: user ?? name,
            key: key.map { CommandKey(high: 7, low: $0) }, basis: basis)
    }

    /// Even what says nothing new is written down with its key: whoever asks later is to be told.
    @Test func whatChangesNothingHasItsKeyInTheJournal() {
        var fixture = CoreFixture()
        _ = fixture.machine.takeFacts()
        let known = Command.register([CoreFixture.record(site: 0, terminal: 0)])
        #expect(fixture.command(known, Self.origin()) == nil)
        #expect(fixture.machine.takeFacts().map(\.event.kind) == [.commandAccepted])
        #expect(fixture.command(known, Self.origin()) == nil)
        #expect(fixture.machine.takeFacts() == [])
    }

    /// A key is known after a crash, and from a checkpoint.
    @Test func keysOutliveTheEngine() throws {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        #expect(fixture.command(.pause(update: "u"), Self.origin()) == nil)
        let facts = fixture.machine.takeFacts()
        var replayed = FleetMachine()
        replayed.replay(facts)
        replayed.takeUp(now: fixture.now)
        var read = FleetMachine()
        read.begin(from: try StateCoder.decode(StateCoder.encode(fixture.machine.state)))
        read.takeUp(now: fixture.now)
        for machine in [replayed, read] {
            var machine = machine
            _ = machine.takeFacts()
            #expect(machine.handle(.pause(update: "u"), Self.origin(), now: fixture.now) == nil)
            #expect(machine.takeFacts() == [])
        }
    }

    @Test func soManyKeysAreRemembered() {
        var book = RecentCommands()
        let count = 3 * UInt64(RecentCommands.capacity)
        for number in 1...count {
            let origin = Self.origin(key: number)
            let record = CommandRecord(verb: "pause", object: "u", origin: origin)
            book.remember(RecentCommand(revision: 2 * number, at: .distantPast, record: record, refusal: nil))
            #expect(book.entries.count <= 2 * RecentCommands.capacity)
        }
        #expect(book.entry(of: CommandKey(high: 7, low: count - UInt64(RecentCommands.capacity) + 1)) != nil)
        #expect(book.entry(of: CommandKey(high: 7, low: 1)) == nil)
        #expect(book.forgottenUpTo == 2 * UInt64(RecentCommands.capacity))
    }

    @Test func aKeyAsText() {
        let key = CommandKey(high: 1, low: .max)
        #expect(key.description == "0000000000000001ffffffffffffffff")
        #expect(CommandKey(key.description) == key)
        for text in ["", "1", key.description.uppercased(), "+000000000000001ffffffffffffffff", key.description + "0"] {
            #expect(CommandKey(text) == nil)
        }
    }
}

/// A decision counts while what it was made on still holds.
@Suite struct StaleDecisionTests {
    /// Commands, what must have happened for each to be possible, and what somebody else does in between.
    struct Case: CustomTestStringConvertible, Sendable {
        var command: Command
        var before: [Command] = []
        var between: Command
        /// Whether it is done all the same.
        var isDone = false
        var testDescription: String { "\(command.verb) after \(between.verb)" }
    }

    private static let started = [Command.start(update: "u")]
    static let cases: [Case] = [
        Case(command: .start(update: "u"), between: .draft(revised)),
        Case(command: .start(update: "u"), between: .start(update: "v"), isDone: true),
        Case(
            command: .pause(update: "u"), before: started + [.pause(update: "u")], between: .resume(update: "u"),
            isDone: true),
        Case(command: .resume(update: "u"), before: started, between: .pause(update: "u")),
        Case(command: .cancel(update: "u"), before: started, between: .pause(update: "u")),
        Case(command: .cancel(update: "u"), before: started, between: .pause(update: "v")),
        Case(
            command: .approve(update: "w"), before: [.start(update: "w"), .pause(update: "w")],
            between: .resume(update: "w")),
        Case(
            command: .rollBack(update: "u", confirmation: "u", preview: nil), before: started,
            between: .pause(update: "u")),
        Case(command: .retryFailed(update: "u"), before: started, between: .cancel(update: "u")),
        Case(
            command: .register([CoreFixture.record(site: 8, terminal: 0)]),
            between: .register([CoreFixture.record(site: 9, terminal: 0)]), isDone: true),
        Case(command: .decommission(device: "new"), between: .accept(device: "new")),
        Case(command: .accept(device: "new"), between: .refuse(device: "new")),
        Case(command: .refuse(device: "new"), between: .accept(device: "new")),
        Case(command: .refuse(device: "new"), between: .issueToken(device: "new")),
        Case(command: .issueToken(device: "pos-0-0"), between: .revokeToken(device: "pos-0-0")),
        Case(command: .revokeToken(device: "pos-0-0"), between: .issueToken(device: "pos-0-0")),
        Case(command: .revokeToken(device: "pos-0-0"), between: .issueToken(device: "pos-0-1"), isDone: true),
    ]

    private static var revised: UpdateDefinition {
        var definition = CoreFixture.update()
        definition.title = "another"
        return definition
    }

    private static func fixture(_ before: [Command]) -> CoreFixture {
        var fixture = CoreFixture()
        fixture.command(.draft(CoreFixture.update()))
        fixture.command(.draft(CoreFixture.update("v", strategy: .onConnect(expires: nil))))
        var asked = CoreFixture.update("w")
        asked.requiresApproval = true
        fixture.command(.draft(asked))
        fixture.introduce("new")
        for command in before { fixture.command(command) }
        return fixture
    }

    private static func origin(_ name: String, _ basis: UInt64?) -> Origin {
        Origin(operatorName: name, source: "test", user: name, basis: basis)
    }

    @Test(arguments: cases) func whatSomebodyElseHasChanged(_ test: Case) {
        var fixture = Self.fixture(test.before)
        let basis = fixture.machine.state.revision
        let isDoneInBetween = fixture.command(test.between, Self.origin("ada", nil)) == nil
        let refusal = fixture.command(test.command, Self.origin("kim", basis))
        if test.isDone || !isDoneInBetween {
            #expect(refusal?.message.contains("decided on") != true, "\(test)")
        } else {
            let when = fixture.now.iso
            #expect(
                refusal?.message
                    == "ada gave `\(test.between.verb)` for \(test.command.object) at \(when), after what this was decided on"
            )
        }
    }

    /// What oneself has done in between is no surprise, and on the present view nothing is stale.
    @Test(arguments: cases) func whatOneHasChangedOneselfOrSeen(_ test: Case) {
        var fixture = Self.fixture(test.before)
        let basis = fixture.machine.state.revision
        var other = fixture
        fixture.command(test.between, Self.origin("kim", nil))
        let own = fixture.command(test.command, Self.origin("kim", basis))
        #expect(own?.message.contains("decided on") != true)
        other.command(test.between, Self.origin("ada", nil))
        let seen = other.command(test.command, Self.origin("kim", other.machine.state.revision))
        #expect(seen?.message.contains("decided on") != true)
    }

    /// Two who share a user are two who may not know of each other.
    @Test func twoNamesOfOneUserSurpriseEachOther() {
        var fixture = Self.fixture(Self.started)
        let basis = fixture.machine.state.revision
        var ada = Self.origin("ada (ops)", nil), kim = Self.origin("kim (ops)", basis)
        (ada.user, kim.user) = ("ops", "ops")
        #expect(fixture.command(.pause(update: "u"), ada) == nil)
        #expect(fixture.command(.cancel(update: "u"), kim)?.message.hasPrefix("ada (ops) gave `pause`") == true)
    }

    /// A pause that was refused has changed nothing.
    @Test func whatWasRefusedChangesNothing() {
        var fixture = Self.fixture([])
        let basis = fixture.machine.state.revision
        #expect(fixture.command(.pause(update: "u"), Self.origin("ada", nil)) != nil)
        #expect(fixture.command(.start(update: "u"), Self.origin("kim", basis)) == nil)
    }

    /// What cannot be known is refused: of the far past, and of a future that this journal does not have.
    @Test func aBasisThatTheJournalDoesNotKnow() {
        var fixture = Self.fixture([])
        let next = fixture.machine.state.revision + 1
        let refusal = fixture.command(.start(update: "u"), Self.origin("kim", next))
        #expect(refusal?.message == "this was decided on record \(next), and the journal ends with \(next - 1)")
        for number in 0...2 * UInt64(RecentCommands.capacity) {
            var origin = Self.origin("ada", nil)
            origin.key = CommandKey(high: 1, low: number)
            _ = fixture.machine.handle(.pause(update: "nothing"), origin, now: fixture.now)
        }
        let old = fixture.command(.start(update: "u"), Self.origin("kim", next))
        #expect(old?.message == "this was decided on a view that is too old")
    }

    /// An approval, and a resume, mean the gates as they were seen.
    @Test(arguments: [true, false]) func gatesThatHaveChanged(isApproval: Bool) {
        var gate = Gate(threshold: 5000)
        gate.requiresApproval = isApproval
        let phases = [
            PhaseDefinition(name: "canary", percent: 50, gate: gate), PhaseDefinition(name: "all", percent: 100),
        ]
        var fixture = CoreFixture(sites: 2, terminals: 1)
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .pause)))
        if !isApproval { fixture.command(.pause(update: "u")) }
        let basis = fixture.machine.state.revision
        for device in ["pos-0-0", "pos-1-0"] where fixture.state("u", device) == .inProgress {
            fixture.report(device, .contacted(firmware: CoreFixture.new))
        }
        let command = isApproval ? Command.approve(update: "u") : .resume(update: "u")
        #expect(
            fixture.command(command, Self.origin("kim", basis))?.message
                == "the gates of u have changed since this was decided")
        #expect(fixture.command(command, Self.origin("kim", fixture.machine.state.revision)) == nil)
    }
}
