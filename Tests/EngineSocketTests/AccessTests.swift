import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import EngineSocket

/// Who may do what over the engine's socket. Real users of the machine come to it in the tests of the program.
@Suite(.timeLimit(.minutes(10)))
struct AccessTests {
    private static let roles: [Role?] = [nil] + Role.allCases

    /// A user of the machine who has a role, and an engine that knows it.
    private func engine(_ role: Role?) throws -> ListeningEngine {
        let engine = try ListeningEngine()
        engine.configure(access(role))
        try engine.listen(as: LocalUser(name: "lee", groups: ["staff"]))
        return engine
    }

    private func access(_ role: Role?) -> AccessSettings {
        var access = AccessSettings()
        access.users = [RoleGrant("kim", .viewer)] + (role.map { [RoleGrant("lee", $0)] } ?? [])
        return access
    }

    private func attach(_ engine: ListeningEngine, alias: String? = nil) throws -> AttachedEngine {
        try #require(try AttachedEngine.attach(to: engine.directory, isReadOnly: false, alias: alias) {})
    }

    private func wait<Value>(_ console: AttachedEngine, for found: (ConsoleNews) -> Value?) -> Value? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let value = found(console.takeNews()) { return value }
            console.waitForNews(seconds: 1)
        }
        return nil
    }

    @Test(arguments: roles) func everyRequestOfEveryRole(role: Role?) throws {
        let engine = try engine(role)
        for verb in EngineRequest.Verb.allCases {
            var request = EngineRequest(verb, "x", device: DeviceForm(id: "x", firmware: "1.0.0"))
            request.role = "viewer"
            let needed = try request.makeCommand().requiredRole
            let response = try #require(try EngineSocketClient.send(request, to: engine.directory))
            let isLetThrough = role.map { $0 >= needed } ?? false
            let message = response.message ?? ""
            let isRoleRefusal = message.contains(" needs ") || message.contains("knows no role of ")
            #expect(isRoleRefusal == !isLetThrough, "\(verb) of \(String(describing: role)): \(message)")
            #expect(isLetThrough || response.outcome == .refused)
        }
        #expect(engine.isToStop == (role == .admin))
    }

    /// Commands that no key of a console sends reach the engine all the same, and it refuses them.
    @Test func aViewersConsoleOrdersNothing() throws {
        let engine = try engine(.viewer)
        let console = try attach(engine)
        defer { console.leave() }
        let commands: [Command] = [
            .start(update: "x"), .approve(update: "x"), .pause(update: "x"), .resume(update: "x"), .cancel(update: "x"),
            .rollBack(update: "x", confirmation: "x", preview: nil), .retryFailed(update: "x"),
            .decommission(device: "till-1"), .accept(device: "till-1"), .refuse(device: "till-1"),
        ]
        for command in commands {
            let ticket = try #require(console.submit(command, reason: ""))
            let reply = try #require(wait(console) { $0.replies.first })
            #expect(reply.ticket == ticket)
            #expect(reply.refusal?.message.contains("needs an \(command.requiredRole)") == true)
        }
    }

    @Test func whoHasNoRoleIsNotSeated() throws {
        let engine = try engine(nil)
        let error = #expect(throws: EngineSocketError.self) {
            _ = try AttachedEngine.attach(to: engine.directory, isReadOnly: true, alias: nil) {}
        }
        #expect(error?.isRefusal == true)
        #expect(error?.message.hasPrefix("this fleet knows no role of ") == true)
        let seat = try #require(engine.host.seat(ConsoleUser(name: "owner")) {})
        var query = ViewQuery()
        query.eventCount = 10
        seat.ask(query)
        let deadline = ContinuousClock.now + .seconds(20)
        var view: FleetView?
        while view == nil, ContinuousClock.now < deadline {
            view = seat.takeNews().view
            seat.waitForNews(seconds: 0.1)
        }
        #expect(view?.events.contains { $0.text.hasPrefix("refused: look on the engine: ") } == true)
        #expect(view?.consoles.count == 1)
    }

    /// One user cannot take all seats.
    @Test func seatsOfOneUserAreBounded() throws {
        let engine = try engine(.viewer)
        let consoles = try (0..<EngineHost.seatsOfOneUser).map { _ in try attach(engine) }
        defer { for console in consoles { console.leave() } }
        let error = #expect(throws: EngineSocketError.self) {
            _ = try AttachedEngine.attach(to: engine.directory, isReadOnly: true, alias: nil) {}
        }
        #expect(error?.isRefusal == false)
        #expect(error?.message.contains("or \(EngineHost.seatsOfOneUser) of yours") == true)
        #expect(engine.host.seat(ConsoleUser(name: "owner")) {} != nil)
        let other = ConsoleUser(name: "kim", account: LocalUser(name: "kim"))
        #expect(engine.host.seat(other) {} != nil)
    }

    /// However many come together who only look, an operator finds a seat; and an admin, however many operators do.
    @Test func theLastSeatsAreForOperatorsAndAdmins() throws {
        let engine = try ListeningEngine()
        let viewers = (1...8).map { "viewer-\($0)" }, operators = (1...8).map { "operator-\($0)" }
        var settings = AccessSettings()
        settings.users = viewers.map { RoleGrant($0, .viewer) } + operators.map { RoleGrant($0, .operator) }
        settings.users.append(RoleGrant("kim", .admin))
        engine.configure(settings)
        func seats(_ name: String, _ tries: Int, isOwner: Bool = false) -> [EngineSeat] {
            let user = ConsoleUser(name: name, account: LocalUser(name: name, isOwner: isOwner))
            return (0..<tries).compactMap { _ in engine.host.seat(user) {} }
        }
        let looking = viewers.flatMap { seats($0, 100) }
        #expect(looking.count == EngineHost.seatCapacity - EngineHost.seatsForAdmins - EngineHost.seatsForOperators)
        let deciding = operators.flatMap { seats($0, 2) }
        #expect(deciding.count == EngineHost.seatsForOperators)
        #expect(seats("viewer-1", 1).isEmpty)
        let taken = looking + deciding
        let admins = seats("kim", 2), owners = seats("owner", 100, isOwner: true)
        #expect(admins.count == 2 && owners.count == EngineHost.seatsForAdmins - 2)
        #expect(seats("kim", 1).isEmpty)
        for seat in taken + admins + owners { seat.leave() }
    }

    /// A change of the settings counts at once for who is here already.
    @Test func aRoleIsGivenAndTakenAway() throws {
        let engine = try engine(.viewer)
        let console = try attach(engine)
        defer { console.leave() }
        console.ask(ViewQuery())
        #expect(wait(console) { $0.view?.ownConsole?.role } == .viewer)
        engine.configure(access(.admin))
        #expect(wait(console) { $0.view?.ownConsole?.role == .admin ? true : nil } == true)
        _ = console.submit(.decommission(device: "till-1"), reason: "")
        let reply = try #require(wait(console) { $0.replies.first })
        #expect(reply.refusal == nil)
        engine.configure(access(nil))
        let end = try #require(wait(console) { $0.end })
        #expect(end.message.contains("knows no role of") && end.message.contains("any more"))
        #expect(
            console.submit(.pause(update: "x"), reason: "") == nil || wait(console) { $0.replies.first?.refusal } != nil
        )
        // It does not come back by itself.
        let request = EngineRequest(.pause, "x")
        #expect(try EngineSocketClient.send(request, to: engine.directory)?.message?.contains("knows no role") == true)
    }

    /// A console that attaches anew to an engine that does not let it is closed, and does not ask again and again.
    @Test func theNextEngineRefuses() throws {
        let engine = try engine(.viewer)
        let console = try attach(engine)
        defer { console.leave() }
        console.ask(ViewQuery())
        #expect(wait(console) { $0.view } != nil)
        engine.stopListening()
        engine.configure(access(nil))
        let early = wait(console) { $0.end ?? ($0.view?.health.failure).map { Refusal($0, remedy: "") } }
        #expect(early != nil)
        try engine.listen(as: LocalUser(name: "lee"))
        #expect(early?.message.contains("any more") == true || wait(console) { $0.end } != nil)
    }

    @Test(arguments: [
        "", " ", "kim ", " kim", "k  im", "kim\u{1B}[31m", "kim\n", "kim\u{202E}toor", "kim\u{200B}", "kim\u{2066}",
        "kim\u{2028}", "kim\u{A0}", "root (root)", "kim)", "\u{E000}", String(repeating: "k", count: 25),
        // Somebody else's names.
        "nobody", "engine", "token ci", "gateway",
    ])
    func anAliasThatHidesTheUser(alias: String) throws {
        let engine = try engine(.operator)
        #expect(throws: EngineSocketError.self) { try attach(engine, alias: alias) }
        #expect(engine.origins == [])
    }

    /// Whatever people call themselves, they are who they are.
    @Test func anAliasChangesNobody() throws {
        let engine = try engine(.operator)
        let console = try attach(engine, alias: "toor")
        defer { console.leave() }
        #expect(console.user.name == "toor (\(UserName.own))")
        _ = console.submit(.decommission(device: "till-1"), reason: "")
        let reply = try #require(wait(console) { $0.replies.first })
        #expect(reply.refusal?.message == "toor (\(UserName.own)) is operator here, and `decommission` needs an admin")
    }

    @Test func theKernelNamesUserAndGroups() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let client = RawClient(engine.path)
        defer { client.close() }
        // Both ends of a pair are this process.
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(LocalUser.ofPeer(ends[0]) == LocalUser.own)
        #expect(LocalUser.own.name == UserName.own)
        #expect(LocalUser.own.isOwner)
        #expect(LocalUser.own.groups.contains(try #require(UserName.ofGroup(getegid()))))
    }
}
