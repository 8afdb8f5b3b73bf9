import Cells
import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import Console

/// Nothing that changes devices goes out without what confirms it.
@Suite struct ConfirmationTests {
    static func view(revision: UInt64 = 7000) -> FleetView {
        var view = Fixture.paused()
        view.rollback = Fixture.rollbackPreview(revision: revision)
        return view
    }

    static func state(_ view: FleetView, isReadOnly: Bool = false) -> ConsoleState {
        var state = Fixture.state(isReadOnly: isReadOnly)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return state
    }

    static func lines(_ view: FleetView, _ state: ConsoleState) -> [String] {
        ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall
        ).text().components(separatedBy: "\n")
    }

    static func confirmation(_ state: ConsoleState) -> TypedConfirmation? {
        guard case .typed(let confirmation) = state.dialog else { return nil }
        return confirmation
    }

    @Test func pauseGoesOutAtOnce() {
        let view = Fixture.running()
        var state = Self.state(view)
        #expect(press("p", &state, view) == [.send(.pause(update: "RO-1042"), reason: "")])
        #expect(state.dialog == nil)
    }

    /// A device waits in several updates: what is meant is the row under the cursor.
    @Test func inTheQueueACommandGoesToTheUpdateOfTheRow() throws {
        var view = Fixture.running()
        view.updates.append(Fixture.summary("RO-1043"))
        view.queue.rows[1].device = view.queue.rows[0].device
        view.queue.rows[1].update = "RO-1043"
        var state = Self.state(view)
        press("w", &state, view)
        press("down", &state, view)
        press("down", &state, view)
        #expect(state.queueKey == QueueKey(update: "RO-1043", device: view.queue.rows[0].device))
        let cursors = Self.lines(view, state).filter { $0.hasPrefix(">") }
        #expect(cursors.count == 1)
        #expect(cursors.first?.contains("RO-1043") == true)
        #expect(press("p", &state, view) == [.send(.pause(update: "RO-1043"), reason: "")])
        press("enter", &state, view)
        #expect(state.focusedUpdate == "RO-1043")
        #expect(state.screen == .device(view.queue.rows[0].device))
    }

    @Test func whatTheEngineWouldRefuseIsNotAsked() {
        var view = Fixture.paused()
        view.updates[1].hasLostGate = true
        view.update?.summary = view.updates[1]
        var state = Self.state(view)
        press("R", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text.contains("its gate has failed") == true)
        #expect(!Self.lines(view, state).contains { $0.contains("<R>resume") })
        view.updates[1].hasLostGate = false
        view.updates[1].goesBack = true
        view.update?.summary = view.updates[1]
        press("B", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text.contains("a rollback itself") == true)
    }

    /// A terminal that does not mark a paste delivers it in one piece.
    @Test func whatComesInOnePieceWasPasted() {
        let view = Self.view()
        var state = Self.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO", &state, view)
        let keys = "-1042".map { KeyEvent(.character($0)) }
        deliver(keys, &state, view)
        #expect(Self.confirmation(state)?.typed == "")
        #expect(Self.confirmation(state)?.notice == .pasteRefused)
        for piece in ["RO-", "104", "2"] {
            deliver(piece.map { KeyEvent(.character($0)) }, &state, view)
        }
        #expect(Self.confirmation(state)?.isUnlocked == true)
    }

    @Test func rollbackNeedsTheIDInFull() {
        let view = Self.view()
        var state = Self.state(view)
        #expect(press("B", &state, view).isEmpty)
        #expect(ConsoleQuery.query(for: state, size: state.size).rollbackPreview == "RO-1042")
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(press("enter", &state, view).isEmpty)
        #expect(type("RO-104", &state, view).isEmpty)
        #expect(press("enter", &state, view).isEmpty)
        #expect(Self.confirmation(state)?.notice == .notTheID)
        type("2", &state, view)
        #expect(
            press("enter", &state, view)
                == [.send(.rollBack(update: "RO-1042", confirmation: "RO-1042", preview: 7000), reason: "")])
        #expect(state.dialog == nil)
    }

    @Test(arguments: ["RO-1043", "ro-1042", "RO-10422", " RO-1042"])
    func anotherIDDoesNothing(_ typed: String) {
        let view = Self.view()
        var state = Self.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect((type(typed, &state, view) + press("enter", &state, view)).isEmpty)
        #expect(state.dialog != nil)
    }

    @Test func pastedTextNeitherFillsNorConfirms() {
        let view = Self.view()
        var state = Self.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view, isPasted: true)
        #expect(Self.confirmation(state)?.typed == "")
        #expect(Self.confirmation(state)?.notice == .pasteRefused)
        type("RO-1042", &state, view)
        #expect(press(.enter, &state, view, isPasted: true).isEmpty)
        #expect(state.dialog != nil)
    }

    @Test func aHeldEnterDoesNotConfirm() {
        let view = Self.view()
        var state = Self.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        let effects = ConsoleUpdate.handle(KeyEvent(.enter, isRepeat: true), state: &state, view: view)
        #expect(effects.isEmpty)
    }

    @Test func nothingConfirmsBeforeTheBlastRadiusIsThere() {
        var view = Self.view()
        view.rollback = nil
        var state = Self.state(view)
        press("B", &state, view)
        type("RO-1042", &state, view)
        #expect(press("enter", &state, view).isEmpty)
        #expect(Self.confirmation(state)?.notice == .notCounted)
    }

    @Test func aChangedSetLocksAndMustBeTypedAnew() {
        let view = Self.view()
        var state = Self.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        let changed = Self.view(revision: 7001)
        ConsoleUpdate.received(changed, at: Fixture.wall, state: &state)
        #expect(Self.confirmation(state)?.typed == "")
        #expect(Self.confirmation(state)?.notice == .changed(at: Fixture.now))
        #expect(press("enter", &state, changed).isEmpty)
        type("RO-1042", &state, changed)
        #expect(
            press("enter", &state, changed)
                == [.send(.rollBack(update: "RO-1042", confirmation: "RO-1042", preview: 7001), reason: "")])
    }

    @Test func aRollbackThatBeganElsewhereLeavesNothingToConfirm() {
        let view = Self.view()
        var state = Self.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        var begun = Fixture.rollingBack()
        begun.rollback = nil
        ConsoleUpdate.received(begun, at: Fixture.wall, state: &state)
        type("RO-1042", &state, begun)
        #expect(press("enter", &state, begun).isEmpty)
        #expect(Self.confirmation(state)?.notice == .gone)
    }

    @Test func escLeavesWithoutACommand() {
        let view = Self.view()
        for key in ["B", "c", "R"] {
            var state = Self.state(view)
            press(key, &state, view)
            #expect(state.dialog != nil, "\(key)")
            #expect(press("esc", &state, view).isEmpty)
            #expect(state.dialog == nil)
        }
    }

    @Test func tabPausesFirstWhileItRuns() {
        var view = Fixture.running()
        view.rollback = Fixture.rollbackPreview()
        var state = Self.state(view)
        press("B", &state, view)
        #expect(press("tab", &state, view) == [.send(.pause(update: "RO-1042"), reason: "")])
        #expect(state.dialog != nil)
        let paused = Self.view()
        ConsoleUpdate.received(paused, at: Fixture.wall, state: &state)
        #expect(press("tab", &state, paused).isEmpty)
    }

    @Test func resumeNeedsATypedY() {
        let view = Fixture.paused()
        var state = Self.state(view)
        press("R", &state, view)
        #expect(press("enter", &state, view).isEmpty)
        #expect(press("R", &state, view).isEmpty)
        #expect(press(.character("y"), &state, view, isPasted: true).isEmpty)
        #expect(press("y", &state, view) == [.send(.resume(update: "RO-1042"), reason: "")])
    }

    @Test func aChangedCountAsksForYTwice() {
        var view = Fixture.paused()
        var state = Self.state(view)
        press("R", &state, view)
        view.updates[1].tally[.pending] -= 5
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(press("y", &state, view).isEmpty)
        #expect(press("y", &state, view) == [.send(.resume(update: "RO-1042"), reason: "")])
    }

    @Test func cancelAndStartNeedTheIDToo() {
        let running = Fixture.running()
        var state = Self.state(running)
        press("c", &state, running)
        type("RO-1042", &state, running)
        #expect(press("enter", &state, running) == [.send(.cancel(update: "RO-1042"), reason: "")])

        var draft = Fixture.draft()
        draft.start = Fixture.startPreview()
        state = Self.state(draft)
        press("s", &state, draft)
        #expect(ConsoleQuery.query(for: state, size: state.size).startPreview == "maintenance-2.5.0")
        ConsoleUpdate.received(draft, at: Fixture.wall, state: &state)
        type("maintenance-2.5.0", &state, draft)
        #expect(press("enter", &state, draft) == [.send(.start(update: "maintenance-2.5.0"), reason: "")])
        // The next key is meant for it, whichever update was shown before.
        #expect(state.focusedUpdate == "maintenance-2.5.0")
        #expect(state.focusWasChosen)
    }

    @Test func aStartThatGrewMustBeTypedAnew() {
        var view = Fixture.draft()
        view.start = Fixture.startPreview(targets: 1000)
        var state = Self.state(view)
        press("s", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("maintenance-2.5.0", &state, view)
        for targets in [990, 1010] {
            view.start = Fixture.startPreview(targets: targets)
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
            #expect(Self.confirmation(state)?.isUnlocked == true)
        }
        view.start = Fixture.startPreview(targets: 1011)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(Self.confirmation(state)?.typed == "")
        #expect(press("enter", &state, view).isEmpty)
    }

    @Test func retryAndApproveAskFirst() {
        var view = Fixture.running()
        view.updates[1].status = .halted
        view.update?.summary = view.updates[1]
        var state = Self.state(view)
        press("r", &state, view)
        #expect(press("y", &state, view).isEmpty)
        press("backspace", &state, view)
        type("RO-1042", &state, view)
        #expect(press("enter", &state, view) == [.send(.retryFailed(update: "RO-1042"), reason: "")])

        view = Fixture.running()
        view.update?.gate?.awaitsApproval = true
        state = Self.state(view)
        press("A", &state, view)
        #expect(press("y", &state, view) == [.send(.approve(update: "RO-1042"), reason: "")])
    }

    private static func awaiting(_ phase: String) -> FleetView {
        var view = Fixture.running()
        view.update?.gate?.phase = phase
        view.update?.gate?.awaitsApproval = true
        return view
    }

    /// Somebody else approves, the next phase runs, and its gate waits: what is on the screen is what `y` approves.
    @Test func theDialogFollowsThePhaseThatWaits() {
        let first = Self.awaiting("wave-1"), second = Self.awaiting("wave-2")
        var state = Self.state(first)
        press("A", &state, first)
        let asked = "wave-2 may open after wave-1: it adds 816 devices, 1440 in all then."
        #expect(Self.lines(first, state).contains { $0.contains(asked) })
        ConsoleUpdate.received(second, at: Fixture.wall, state: &state)
        let lines = Self.lines(second, state)
        #expect(lines.contains { $0.contains("rest may open after wave-2: it adds 960 devices, 2400 in all then.") })
        #expect(!lines.contains { $0.contains("wave-2 may open") })
        #expect(press("y", &state, second).isEmpty)
        #expect(press("y", &state, second) == [.send(.approve(update: "RO-1042"), reason: "")])
    }

    /// Nothing waits any more, so that nothing is asked. A `y` that was on its way is none of the screen's keys.
    @Test func theDialogIsOverOnceNothingWaits() {
        let first = Self.awaiting("wave-1"), running = Fixture.running()
        var state = Self.state(first)
        press("A", &state, first)
        ConsoleUpdate.received(running, at: Fixture.wall, state: &state)
        let why = "RO-1042 has moved on: nothing waits for approval"
        #expect(Self.lines(running, state).contains { $0.contains(why) })
        #expect(press("x", &state, running).isEmpty && state.dialog != nil)
        #expect(press("y", &state, running).isEmpty)
        #expect(state.dialog == nil)
        #expect(state.message == ConsoleMessage(.plain, "nothing was sent: \(why)"))
        let paused = Fixture.paused()
        state = Self.state(paused)
        press("R", &state, paused)
        ConsoleUpdate.received(running, at: Fixture.wall, state: &state)
        #expect(press("n", &state, running).isEmpty && state.dialog == nil)
        #expect(state.message?.text.contains("not paused: it is running") == true)
        // What is over stays so, also where the same would wait again.
        state = Self.state(first)
        press("A", &state, first)
        ConsoleUpdate.received(running, at: Fixture.wall, state: &state)
        ConsoleUpdate.received(first, at: Fixture.wall, state: &state)
        #expect(press("y", &state, first).isEmpty)
    }

    @Test func theLastPhaseOpensNothing() {
        let view = Self.awaiting("rest")
        var state = Self.state(view)
        press("A", &state, view)
        #expect(Self.lines(view, state).contains { $0.contains("rest may end: it is the last phase, nothing opens.") })
    }

    /// A rollback that somebody asks for takes the place of the phase, in the text too.
    @Test func theDialogFollowsWhatIsAskedFor() {
        let first = Self.awaiting("wave-1")
        var state = Self.state(first)
        press("A", &state, first)
        var asked = first
        asked.updates[1].proposal = Proposal(.rollBack, devices: 120, by: "lee", user: "lee")
        ConsoleUpdate.received(asked, at: Fixture.wall, state: &state)
        #expect(Self.lines(asked, state).contains { $0.contains("lee asked for this rollback: 120 devices") })
        #expect(press("y", &state, asked).isEmpty)
    }

    /// On the narrowest usual screen nothing of what is asked is cut off.
    @Test func theQuestionBeforeLeavingIsWhole() {
        let view = Fixture.running()
        var state = Self.state(view)
        state.runsEngine = true
        press("q", &state, view)
        let lines = Self.lines(view, state)
        #expect(lines.contains { $0.contains("1 UPDATE IS UNDER WAY") })
        #expect(!lines.filter { $0.contains("detach") || $0.contains("stop:") }.contains { $0.contains("…") })
        #expect(lines.contains { $0.contains("under way and no console is open") })
    }

    /// What waits for a second person ends with the engine too.
    @Test func leavingAsksAboutARollbackThatWaits() {
        var view = Fixture.running()
        for index in view.updates.indices { view.updates[index].status = .completed }
        var state = Self.state(view)
        state.runsEngine = true
        #expect(press("q", &state, view) == [.quit])
        view.updates[1].proposal = Proposal(.rollBack, devices: 120, by: "kim", user: "kim")
        #expect(press("q", &state, view).isEmpty)
        #expect(state.dialog == .quit(QuitQuestion(live: [view.updates[1]])))
    }

    @Test func controlKeysNeverGiveACommand() {
        for view in [Fixture.running(), Self.view()] {
            for screen in SizeTests.screens {
                for character in "abcdefghijklmnopqrstuvwxyz" {
                    var state = Self.state(view)
                    state.screens = [.overview, screen]
                    let effects = press(.control(character), &state, view)
                    #expect(effects.allSatisfy { $0 == .suspend }, "\(screen) ctrl-\(character)")
                    press("B", &state, view)
                    guard let before = state.dialog else { continue }
                    #expect(press(.control(character), &state, view).isEmpty)
                    #expect(state.dialog == before)
                }
            }
        }
    }

    @Test func controlCSaysHowToQuit() {
        let view = Fixture.running()
        var state = Self.state(view)
        #expect(press(.control("c"), &state, view).isEmpty)
        #expect(state.message == ConsoleMessage(.plain, "press q to quit"))
        #expect(press("q", &state, view) == [.quit])
    }

    @Test func aReadOnlyConsoleGivesNoCommand() {
        let view = Self.view()
        for key in ["p", "R", "B", "c", "A", "r", "s"] {
            var state = Self.state(view, isReadOnly: true)
            #expect(press(key, &state, view).isEmpty)
            #expect(state.dialog == nil)
            #expect(state.message?.kind == .error)
        }
        for line in ["pause", "rollback", "pause RO-1042"] {
            var state = Self.state(view, isReadOnly: true)
            #expect((type(":" + line, &state, view) + press("enter", &state, view)).isEmpty)
            #expect(state.dialog == nil)
        }
    }

    @Test func pastedTextIsNotTakenAsKeys() {
        let view = Fixture.running()
        var state = Self.state(view)
        #expect(type("pBq", &state, view, isPasted: true).isEmpty)
        #expect(state.dialog == nil)
    }

    @Test func aDialogThawsAFrozenDisplay() {
        let view = Self.view()
        var state = Self.state(view)
        press("Z", &state, view)
        #expect(press("p", &state, view) == [.send(.pause(update: "RO-1042"), reason: "")])
        #expect(state.frozen != nil)
        press("B", &state, view)
        #expect(state.frozen == nil)
    }
}
