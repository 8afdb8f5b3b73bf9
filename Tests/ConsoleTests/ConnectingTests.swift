import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// What a console shows before the first view, and of commands that nobody has answered yet.
@Suite struct ConnectingTests {
    private func connecting() -> ConsoleState {
        var state = Fixture.state()
        state.connectingSince = Fixture.wall
        return state
    }

    private func lines(_ view: FleetView, _ state: ConsoleState, after seconds: Int) -> [String] {
        ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall + .seconds(seconds)
        ).text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func seated() -> FleetView {
        var view = Fixture.running()
        view.consoles = [ConsoleSeat(number: 1, name: "kim", isReadOnly: false)]
        view.seat = 1
        return view
    }

    @Test(arguments: [(0, "connecting to the engine ..."), (7, "connecting to the engine for 7s ...")])
    func nothingIsMadeUp(seconds: Int, text: String) {
        let lines = lines(FleetView(), connecting(), after: seconds)
        #expect(lines[0].hasPrefix("\(text) ") && lines[0].hasSuffix(" kim"))
        #expect(lines.last?.hasPrefix("<q>quit") == true)
        #expect(!lines[1..<lines.count - 1].contains { $0.contains { $0 != " " } })
    }

    /// A view that no engine has made tells why none comes; the first real one shows the fleet, and what was done before it is
    /// no news.
    @Test func theFirstViewEndsIt() {
        var state = connecting(), lost = FleetView()
        lost.health = .stopped("the engine has ended")
        ConsoleUpdate.passed(lost, at: Fixture.wall, state: &state)
        ConsoleUpdate.received(lost, at: Fixture.wall, state: &state)
        #expect(lines(lost, state, after: 1)[0].hasPrefix("connecting for 1s: the engine has ended"))
        #expect(ConsoleUpdate.waitsForTime(state))
        var view = seated()
        view.deeds = [OperatorDeed(at: view.now, who: "lee", text: "pause u")]
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(state.connectingSince == nil && state.message == nil)
        #expect(lines(view, state, after: 1)[0].hasPrefix("acme-pos "))
    }

    @Test func keysDoNothingButLeave() {
        for action in ConsoleAction.allCases {
            var state = connecting()
            guard let text = state.keymap.keyTexts(for: action).first else { continue }
            let effects = press(text, &state, FleetView())
            switch action {
            case .quit: #expect(effects == [.quit])
            case .suspend: #expect(effects == [.suspend])
            default:
                #expect(effects.isEmpty && state.screens == [.overview] && state.input == nil, "\(action)")
                #expect(state.message?.text == "nothing was done: no view of the fleet has come yet", "\(action)")
            }
        }
    }

    /// What is outstanding stays in sight beside what became of later keys.
    @Test func whatIsNotAnsweredIsSaid() {
        let view = seated()
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(!ConsoleUpdate.waitsForTime(state))
        state.unanswered = [UnansweredCommand(.pause(update: "RO-1042"), sentAt: Fixture.wall)]
        #expect(ConsoleUpdate.waitsForTime(state))
        #expect(!lines(view, state, after: 0).contains { $0.contains("not answered") })
        let text = "pause RO-1042: sent, not answered for 5s"
        #expect(lines(view, state, after: 5)[22].contains(text))
        ConsoleUpdate.reported("copied", state: &state)
        #expect(lines(view, state, after: 5)[21].contains(text) && lines(view, state, after: 5)[22].contains("copied"))
        type("/regoin = a", &state, view)
        _ = press(.enter, &state, view)
        let typing = lines(view, state, after: 5)
        #expect(typing[20].contains(text) && typing[21].contains("column 1: ") && typing[22].hasPrefix("/regoin"))
        state.unanswered.append(UnansweredCommand(.resume(update: "u"), sentAt: Fixture.wall + .seconds(1)))
        let both = "pause RO-1042 and 1 command more: sent, not answered for 1m"
        #expect(state.outstanding(at: Fixture.wall + .seconds(90)) == both)
    }

    @Test func whatIsGivenUpIsNoRefusal() {
        var state = Fixture.state()
        ConsoleUpdate.replied(
            to: .pause(update: "u"), refusal: Refusal("the connection was lost", remedy: "see the events"),
            isUndecided: true, state: &state)
        #expect(
            state.message
                == ConsoleMessage(
                    .error, "pause u: not known whether it was carried out: the connection was lost; see the events"))
    }

    /// Who holds the engine is asked where others would lose it.
    @Test func leavingAsksWhereOthersAre() {
        var view = seated()
        for index in view.updates.indices { view.updates[index].status = .completed }
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        state.runsEngine = true
        #expect(press("q", &state, view) == [.quit])
        var joined = view
        joined.consoles.append(ConsoleSeat(number: 2, name: "lee", isReadOnly: true))
        #expect(press("q", &state, joined).isEmpty)
        #expect(state.dialog == .quit(QuitQuestion(live: [], others: 1)))
        let shown = lines(joined, state, after: 1)
        #expect(shown.contains { $0.contains("1 OTHER CONSOLE IS OPEN") })
        #expect(shown.contains { $0.contains("1 other console of this engine, which a stop ends too") })
        ConsoleUpdate.received(joined, at: Fixture.wall, state: &state)
        #expect(press("d", &state, joined) == [.detach])
        // Its keys are on their way: none of them becomes one of the screen.
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(lines(view, state, after: 1).contains { $0.contains("NOTHING IS UNDER WAY ANY MORE") })
        #expect(press("s", &state, view) == [.quit])
        var attached = Fixture.state()
        ConsoleUpdate.received(joined, at: Fixture.wall, state: &attached)
        #expect(press("q", &attached, joined) == [.quit])
    }

    /// A narrow line has a short form of who sits here, so that they do not fall out for what else there is.
    @Test func theNameIsShortened() {
        var view = seated()
        view.fleetName = "acme-pos-north-usa"
        var state = Fixture.state()
        state.operatorName = "kim (operations)"
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(lines(view, state, after: 1)[0].contains("3/5 wave-1  kim admin  LIVE "))
        state.operatorName = "maximiliane"
        #expect(lines(view, state, after: 1)[0].contains(" maximil… admin  LIVE 14:02Z"))
        state.size = Size(columns: 120, rows: 40)
        #expect(lines(view, state, after: 1)[0].contains(" maximiliane admin  LIVE"))
    }

    /// Beside a frozen display stand the keys of what it shows, and the one that ends it.
    @Test func keysBesideAFrozenDisplay() {
        let running = seated()
        var state = Fixture.state()
        ConsoleUpdate.received(running, at: Fixture.wall, state: &state)
        press("Z", &state, running)
        var paused = Fixture.paused()
        paused.seat = 1
        ConsoleUpdate.received(paused, at: Fixture.wall, state: &state)
        let hints = lines(paused, state, after: 1).last ?? ""
        #expect(hints.contains("<p>pause") && hints.contains("<Z>live") && !hints.contains("resume"), "\(hints)")
    }
}
