import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// What a console lets its operator do, by their role, and what it says of the others.
@Suite struct RightsTests {
    /// A view that the engine made for a console of this role, at seat 2, beside one of lee.
    private func view(_ role: FleetCore.Role?, deed: String? = nil, at second: Int64 = 0) -> FleetView {
        var view = SizeTests.view(0)
        view.consoles = [
            ConsoleSeat(number: 1, name: "lee", role: .operator, isReadOnly: false),
            ConsoleSeat(number: 2, name: "kim", role: role, isReadOnly: false),
        ]
        view.seat = 2
        let mine = OperatorDeed(at: view.now + .seconds(second + 1), who: "kim", text: "resume mine")
        view.deeds = [mine] + (deed.map { [OperatorDeed(at: view.now + .seconds(second), who: "lee", text: $0)] } ?? [])
        return view
    }

    private func state(_ view: FleetView, isReadOnly: Bool = false) -> ConsoleState {
        var state = Fixture.state(isReadOnly: isReadOnly)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return state
    }

    @Test(arguments: [(FleetCore.Role.viewer, false), (.operator, true), (.admin, true)])
    func keysThatOrder(role: FleetCore.Role, mayOrder: Bool) {
        let view = view(role)
        for action in ConsoleAction.allCases where action.isCommand {
            var state = state(view)
            let effects = ConsoleUpdate.perform(action, state: &state, view: view)
            let refusal = "you are viewer here: \(action.rawValue) needs an operator"
            #expect((state.message?.text == refusal) == !mayOrder, "\(action)")
            if !mayOrder {
                // A pause asks nothing: it is a command as it stands, which the engine refuses and writes down.
                let sent =
                    action == .pause
                    ? view.update.map { "\(ConsoleEffect.send(.pause(update: $0.summary.id), reason: ""))" } : nil
                #expect(effects.map { "\($0)" } == [sent].compactMap { $0 } && state.dialog == nil, "\(action)")
            }
        }
        var looking = state(view, isReadOnly: true)
        #expect(ConsoleUpdate.perform(.pause, state: &looking, view: view).isEmpty)
        var line = state(view)
        #expect(CommandLine.run("accept till-1", state: &line, view: view).isEmpty)
        let refusal = "you are \(role) here: accept needs an admin"
        #expect((line.message?.text == refusal) == (role != .admin))
        #expect((line.dialog != nil) == (role == .admin))
    }

    /// A role that changes while the console is open changes its keys.
    @Test func aRoleThatChanges() {
        var state = state(view(.viewer))
        #expect(state.onlyLooksOn && state.rightsWord == "viewer")
        ConsoleUpdate.received(view(.admin), at: Fixture.wall, state: &state)
        #expect(!state.onlyLooksOn && state.rightsWord == "admin")
        ConsoleUpdate.received(view(nil), at: Fixture.wall, state: &state)
        #expect(state.onlyLooksOn && state.rightsWord == "no role")
        let readOnly = self.state(view(.admin), isReadOnly: true)
        #expect(readOnly.onlyLooksOn && readOnly.rightsWord == "RO")
    }

    /// A restart may have taken the role over that an open question rests on.
    @Test(arguments: ["c", "R", ":accept till-1"]) func aQuestionWithoutTheRightIsOver(keys: String) {
        var held = view(.admin)
        held.updates[1].status = .paused
        held.update?.summary = held.updates[1]
        var state = state(held)
        type(keys, &state, held)
        if keys.count > 1 { press("enter", &state, held) }
        #expect(state.dialog != nil)
        if keys == "c" { type("RO-10", &state, held) }
        var taken = view(.viewer)
        taken.updates = held.updates
        ConsoleUpdate.received(taken, at: Fixture.wall, state: &state)
        #expect(ConfirmationTests.lines(taken, state).contains { $0.contains("you are viewer here: ") })
        if keys == "c" {
            type("42", &state, taken)
            #expect(state.dialog != nil, "letters of an id close nothing")
            #expect(press("enter", &state, taken).isEmpty)
        } else {
            #expect(press("y", &state, taken).isEmpty)
        }
        #expect(state.dialog == nil)
        #expect(state.message?.text.hasPrefix("nothing was sent: you are viewer here: ") == true)
    }

    /// What others do is told once, for a while; what became of one's own key is left the time to be read, and no more.
    @Test func whatOthersJustDid() {
        var state = state(view(.viewer, deed: "start u"))
        #expect(state.message == nil)
        ConsoleUpdate.received(view(.viewer, deed: "pause u", at: 5), at: Fixture.wall, state: &state)
        #expect(state.message == ConsoleMessage(.plain, "lee: pause u"))
        let same = view(.viewer, deed: "pause u", at: 5)
        ConsoleUpdate.received(same, at: Fixture.wall + .seconds(19), state: &state)
        #expect(state.message == ConsoleMessage(.plain, "lee: pause u"))
        ConsoleUpdate.received(same, at: Fixture.wall + .seconds(20), state: &state)
        #expect(state.message == nil)
        ConsoleUpdate.reported("copied", state: &state)
        ConsoleUpdate.received(view(.viewer, deed: "resume u", at: 30), at: Fixture.wall, state: &state)
        ConsoleUpdate.received(view(.viewer, deed: "resume u", at: 30), at: Fixture.wall + .seconds(99), state: &state)
        #expect(state.message?.text == "lee: resume u")
    }

    @Test func onesOwnLineHidesNobodyForEver() {
        var state = state(view(.viewer, deed: "start u"))
        ConsoleUpdate.reported("copied", state: &state)
        let news = view(.viewer, deed: "pause u", at: 5)
        ConsoleUpdate.received(news, at: Fixture.wall, state: &state)
        #expect(state.message?.text == "copied" && ConsoleUpdate.waitsForTime(state))
        ConsoleUpdate.passed(news, at: Fixture.wall + .seconds(4), state: &state)
        #expect(state.message?.text == "copied")
        ConsoleUpdate.passed(news, at: Fixture.wall + .seconds(5), state: &state)
        #expect(state.message?.text == "lee: pause u" && ConsoleUpdate.waitsForTime(state))
        ConsoleUpdate.passed(news, at: Fixture.wall + .seconds(25), state: &state)
        #expect(state.message == nil && !ConsoleUpdate.waitsForTime(state))
        // Told is told: it does not come again behind the next line of one's own.
        ConsoleUpdate.reported("copied", state: &state)
        ConsoleUpdate.passed(news, at: Fixture.wall + .seconds(60), state: &state)
        ConsoleUpdate.passed(news, at: Fixture.wall + .seconds(99), state: &state)
        #expect(state.message?.text == "copied")
    }

    /// A line that has stood for long makes room at once.
    @Test func anOldLineMakesRoom() {
        var state = state(view(.viewer, deed: "start u"))
        ConsoleUpdate.reported("copied", state: &state)
        ConsoleUpdate.passed(view(.viewer, deed: "start u"), at: Fixture.wall, state: &state)
        let later = Fixture.wall + .seconds(6)
        ConsoleUpdate.received(view(.viewer, deed: "pause u", at: 5), at: later, state: &state)
        #expect(state.message?.text == "lee: pause u")
    }

    @Test func whoElseIsHere() {
        let view = view(.viewer, deed: "pause u")
        #expect(view.others(at: view.now + .seconds(90)) == ["lee operator (pause u, 1m ago)"])
    }
}
