import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// A dialog says what its key would do, and what becomes of everything that hangs on it.
@Suite struct ConsequenceTests {
    /// An update of which 523 of 543 devices are back; one of the others was left out for want of files.
    private static func goingBack() -> FleetView {
        var view = Fixture.running()
        let parent = Fixture.summary(
            "m2", status: .rollingBack, release: Version(3, 0, 0), tally: Fixture.tally(ok: 543, cancelled: 57))
        var back = Fixture.summary(
            "m2/rollback", strategy: "rollback", release: Version(3, 0, 0),
            tally: Fixture.tally(ok: 523, active: 2, waiting: 17, skipped: 1), parent: "m2")
        back.unsent = 1
        view.updates += [parent, back]
        return view
    }

    /// The view with one update in focus.
    private static func focused(_ id: String, _ view: FleetView) -> FleetView {
        var view = view
        view.update?.summary = view.updates.first { $0.id == id } ?? Fixture.summary(id)
        return view
    }

    /// What stands on the screen after a key, its lines made one: what is said may take several.
    private static func text(_ key: String, _ view: FleetView) -> String {
        var state = ConfirmationTests.state(view)
        press(key, &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return text(view, state)
    }

    private static func text(_ view: FleetView, _ state: ConsoleState) -> String {
        let rows = ConfirmationTests.lines(view, state).map { $0.split(separator: " ").filter { $0 != "|" } }
        return rows.map { $0.joined(separator: " ") }.joined(separator: " ")
    }

    private static func asked(_ deed: Proposal.Deed, _ status: UpdateStatus) -> FleetView {
        var view = Fixture.paused()
        view.updates[1].status = status
        view.updates[1].proposal = Proposal(deed, devices: 523, by: "kim", user: "kim")
        view.updates[1].statusText = "a second person must approve: \(deed) of 523 devices, by kim"
        return focused("RO-1042", view)
    }

    @Test func theCancelOfARollbackCountsWhoIsBack() {
        let text = Self.text("c", Self.focused("m2/rollback", Self.goingBack()))
        #expect(text.contains("BACK 523 of 543 devices"))
        #expect(text.contains("LEAVES 20 devices on 3.0.0, or it is not known what they run, but for what finishes"))
        #expect(text.contains("THEN m2 is PARTLY BACK: rolling it back again sends back the rest"))
        #expect(!text.contains("this is no rollback"))
    }

    @Test func soDoesThatOfItsRetry() {
        var view = Self.goingBack()
        var retry = Fixture.summary(
            "m2/rollback/retry-1", strategy: "retry", release: Version(3, 0, 0),
            tally: Fixture.tally(ok: 3, waiting: 1), parent: "m2/rollback")
        retry.goesBack = true
        view.updates.append(retry)
        let text = Self.text("c", Self.focused("m2/rollback/retry-1", view))
        #expect(text.contains("BACK 3 of 4 devices"))
        #expect(text.contains("LEAVES 1 device on 3.0.0, or it is not known what they run"))
        #expect(text.contains("THEN m2 is PARTLY BACK"))
    }

    /// The engine would refuse it: it is the rollback that can be called off.
    @Test func whatIsRollingBackIsNotCancelled() {
        let view = Self.focused("m2", Self.goingBack())
        var state = ConfirmationTests.state(view)
        #expect(!Self.text(view, state).contains("<c>cancel"))
        press("c", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text == "m2: it is rolling back: to stop that, cancel m2/rollback")
        #expect(Self.idleKeys(state, view).contains("c"))
    }

    /// Its rollback was called off, and another update has taken over whom that had left.
    @Test func ofWhatHasNobodyLeftNothingIsOffered() {
        var view = Self.goingBack()
        for place in view.updates.indices where view.updates[place].id == "m2" {
            view.updates[place].status = .halted
            view.updates[place].tally[.failed] = 2
        }
        view = Self.focused("m2", view)
        let said = [
            ("r", "m2: its rollback was called off: none of its devices is left"),
            ("B", "m2: its rollback was called off: no device of it is left to send back"),
        ]
        for (key, words) in said {
            var state = ConfirmationTests.state(view)
            state.focusedUpdate = "m2"
            #expect(!Self.text(view, state).contains("<\(key)>"))
            press(key, &state, view)
            #expect(state.dialog == nil)
            #expect(state.message?.text == words)
        }
    }

    @Test func whatIsBeingCancelledIsNotCancelledAgain() {
        var view = Fixture.running()
        view.updates[1].isCancelling = true
        view = Self.focused("RO-1042", view)
        var state = ConfirmationTests.state(view)
        press("c", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text == "RO-1042: it is being cancelled: 40 still out")
    }

    /// Somebody cancels it while the dialog is open.
    @Test func aCancelThatWasGivenElsewhereLeavesNothingToConfirm() {
        var view = Fixture.running()
        var state = ConfirmationTests.state(view)
        press("c", &state, view)
        type("RO-1042", &state, view)
        view.updates[1].isCancelling = true
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(ConfirmationTests.confirmation(state)?.notice == .gone)
        #expect(press("enter", &state, view).isEmpty)
    }

    /// What was read was that it ends; what is left to end is a request.
    @Test func aCancelThatMeansSomethingElseMustBeTypedAnew() {
        var view = Self.asked(.rollBack, .paused)
        var state = ConfirmationTests.state(view)
        press("c", &state, view)
        type("RO-1042", &state, view)
        view.updates[1].status = .completed
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(ConfirmationTests.confirmation(state)?.typed == "")
        #expect(press("enter", &state, view).isEmpty)
    }

    /// The rest of an update that has come back in part can be sent back: the dialog stays.
    @Test func whatIsPartlyBackStaysToBeConfirmed() {
        var view = ConfirmationTests.view()
        view.updates[1].status = .rolledBack
        view.updates[1].unsent = 2
        view = Self.focused("RO-1042", view)
        var state = ConfirmationTests.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        #expect(
            press("enter", &state, view)
                == [.send(.rollBack(update: "RO-1042", confirmation: "RO-1042", preview: 7000), reason: "")])
    }

    @Test func aResumeCallsOffTheRollbackThatWaits() {
        let text = Self.text("R", Self.asked(.rollBack, .paused))
        #expect(text.contains("New starts go on: 1896 devices wait. "))
        #expect(text.contains("CALLS OFF the rollback of 523 devices, for which kim asked"))
        #expect(!text.contains("it was a second person"))
    }

    @Test func aResumeOfAStartThatWaitsStartsNothing() {
        let text = Self.text("R", Self.asked(.start, .paused))
        #expect(text.contains("Nothing starts yet: the start of 523 devices, for which kim asked, waits for a second"))
        #expect(!text.contains("CALLS OFF"))
    }

    @Test func aCancelKeepsTheRollbackThatWaits() {
        let text = Self.text("c", Self.asked(.rollBack, .paused))
        #expect(
            text.contains(
                "KEEPS the rollback of 523 devices, for which kim asked: it still waits for a second person"))
        #expect(
            Self.text("c", Self.asked(.rollBack, .completed)).contains(
                "CALLS OFF the rollback of 523 devices, for which kim asked"))
    }

    /// What is to go back is not tried again, and what is to be tried again can be sent back instead.
    @Test func whatIsAskedForInsteadCallsOff() {
        let waiting = Self.asked(.rollBack, .completed)
        var state = ConfirmationTests.state(waiting)
        press("r", &state, waiting)
        #expect(state.dialog == nil)
        #expect(
            state.message?.text == "RO-1042: its rollback waits for a second person: approve or cancel that")
        #expect(Self.text("r", Self.asked(.retryFailed, .completed)).contains("AFTER kim has asked for it"))
        var view = Self.asked(.retryFailed, .completed)
        view.rollback = Fixture.rollbackPreview()
        #expect(Self.text("B", view).contains("CALLS OFF the retry of 523 devices, for which kim asked"))
    }

    @Test func aCancelledDraftIsSpent() {
        let text = Self.text("c", Fixture.draft())
        #expect(text.contains("NEVER starts: it is a draft, and no device has heard of it"))
        #expect(text.contains("SPENDS the id for good: another draft needs another id"))
        #expect(!text.contains("LEAVES") && !text.contains("CANCELS"))
    }

    @Test(arguments: [UpdateStatus.awaitingApproval, .paused]) func soIsAStartThatWaits(status: UpdateStatus) {
        var view = Self.asked(.start, status)
        view.updates[1].tally = Fixture.tally(waiting: 523)
        let text = Self.text("c", Self.focused("RO-1042", view))
        #expect(text.contains("NEVER starts: 523 devices that wait for its approval are called off"))
        #expect(text.contains("CALLS OFF the start of 523 devices, for which kim asked"))
        #expect(text.contains("SPENDS the id for good"))
        #expect(!text.contains("LEAVES"))
    }

    // MARK: Low and narrow windows

    private static func rollback(_ columns: Int, _ rows: Int) -> (view: FleetView, state: ConsoleState) {
        let view = ConfirmationTests.view()
        var state = Fixture.state(columns: columns, rows: rows)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        return (view, state)
    }

    /// What would be done must have been on the screen before the id unlocks it.
    @Test func aLowWindowScrollsBeforeItUnlocks() {
        var (view, state) = Self.rollback(80, 12)
        #expect(Self.text(view, state).contains("lines 1-7 of 13: up and down show the others"))
        #expect(Self.text(view, state).contains("Type RO-1042: [RO-1042] locked: down, 6 more lines"))
        #expect(!Self.text(view, state).contains("<enter>"))
        #expect(press("enter", &state, view).isEmpty)
        #expect(Self.text(view, state).contains("not all that it would do was on the screen: nothing was sent"))
        var shown = ""
        for _ in 0..<6 {
            shown += Self.text(view, state)
            #expect(press("enter", &state, view).isEmpty)
            press("down", &state, view)
        }
        shown += Self.text(view, state)
        for part in [
            "SENDS", "OF THESE", "STAY", "REGIONS", "CANCELS", "WITHDRAWS", "OFFLINE", "CANNOT", "1 more: down",
        ] {
            #expect(shown.contains(part), "\(part)")
        }
        #expect(Self.text(view, state).contains("enter: roll back"))
        #expect(
            press("enter", &state, view)
                == [.send(.rollBack(update: "RO-1042", confirmation: "RO-1042", preview: 7000), reason: "")])
    }

    /// Behind what is confirmed comes its list.
    @Test func aLowWindowScrollsOnThroughTheList() {
        var (view, state) = Self.rollback(80, 12)
        for _ in 0..<20 { press("down", &state, view) }
        #expect(Self.text(view, state).contains("pos-eu-0010: decommissioned"))
        for _ in 0..<20 { press("up", &state, view) }
        #expect(Self.text(view, state).contains("SENDS 477 devices"))
    }

    @Test func aChangedSetMustBeSeenAnew() {
        var (view, state) = Self.rollback(80, 12)
        for _ in 0..<6 { press("down", &state, view) }
        view.rollback?.revision = 7001
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        #expect(press("enter", &state, view).isEmpty)
        #expect(ConfirmationTests.confirmation(state)?.notice == .notSeen)
    }

    @Test func aWindowForNoLineStaysLocked() {
        var (view, state) = Self.rollback(12, 4)
        for _ in 0..<40 { press("down", &state, view) }
        #expect(press("enter", &state, view).isEmpty)
        (view, state) = Self.rollback(80, 4)
        #expect(Self.text(view, state).contains("locked: make the window larger, 13 more lines"))
        ConsoleUpdate.resized(to: Size(columns: 80, rows: 24), state: &state)
        #expect(press("enter", &state, view).count == 1)
    }

    /// In a narrow window the text goes on in the next row.
    @Test func aNarrowWindowCutsNothing() {
        let (view, state) = Self.rollback(50, 40)
        let text = Self.text(view, state)
        #expect(text.contains("SENDS 477 devices from 4.13.1 back to the release each had"))
        #expect(text.contains("454 changed 16 that install finish first 7 failed get checked"))
    }

    @Test func nobodySaysYesToWhatIsNotShown() {
        let view = Self.asked(.rollBack, .paused)
        var state = Fixture.state(columns: 80, rows: 5)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        press("R", &state, view)
        #expect(Self.text(view, state).contains("make the window larger: 1 more line"))
        #expect(press("y", &state, view).isEmpty)
        #expect(state.message?.text == "make the window larger to answer: 1 more line")
        ConsoleUpdate.resized(to: Size(columns: 80, rows: 8), state: &state)
        #expect(press("y", &state, view) == [.send(.resume(update: "RO-1042"), reason: "")])
    }

    // MARK: What is offered

    private static func idleKeys(_ state: ConsoleState, _ view: FleetView) -> [String] {
        HelpText.lines(state, view).filter(\.isIdle).map(\.keys)
    }

    @Test func whatChangedNothingIsNotRolledBack() {
        var view = Fixture.running()
        view.updates[1].isUntouched = true
        view = Self.focused("RO-1042", view)
        var state = ConfirmationTests.state(view)
        #expect(!Self.text(view, state).contains("<B>rollback"))
        press("B", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text == "RO-1042: it has changed no device: cancel it instead")
    }

    /// What the update has changed was changed again by others since: nothing is left to confirm.
    @Test func aRollbackOfNobodyIsNotUnlocked() {
        var view = Fixture.paused()
        var preview = Fixture.rollbackPreview()
        preview.targets = []
        (preview.changed, preview.inFlight, preview.toCheck, preview.withdrawn) = (0, 0, 0, 0)
        view.rollback = preview
        var state = ConfirmationTests.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        let text = Self.text(view, state)
        #expect(text.contains("SENDS nothing: no device of it can be sent back. esc closes"))
        #expect(text.contains("CANNOT 4 devices") && !text.contains("all were changed"))
        #expect(press("enter", &state, view).isEmpty)
    }

    @Test(arguments: [("kim", false), ("lee", true), ("", true)])
    func whoAskedIsNotOfferedToApprove(user: String, isOffered: Bool) {
        var view = Self.asked(.rollBack, .paused)
        view.consoles = [ConsoleSeat(number: 2, name: "boss", isReadOnly: false, user: user)]
        view.seat = 2
        var state = ConfirmationTests.state(view)
        #expect(Self.text(view, state).contains("<A>approve") == isOffered)
        press("A", &state, view)
        #expect((state.dialog != nil) == isOffered)
        if !isOffered {
            #expect(state.message?.text == "RO-1042: you asked for the rollback: another person must approve it")
        }
    }

    @Test func theHelpOfADraftSaysWhatItIsNoTimeFor() {
        let view = Fixture.draft()
        var state = ConfirmationTests.state(view)
        press("?", &state, view)
        #expect(Self.idleKeys(state, view) == ["p", "R", "B", "A", "r"])
        let lines = HelpText.lines(state, view)
        #expect(lines.contains(HelpText.Line(keys: "", text: "not now, for maintenance-2.5.0")))
        #expect(lines.filter { ["c", "s"].contains($0.keys) }.map(\.isIdle) == [false, false])
    }

    /// Devices that a rollback had no files for, and has now, are tried again as those that failed.
    @Test func whatWasLeftOutForFilesIsTriedAgain() {
        var view = Self.goingBack()
        view.updates[1].status = .completed
        view.updates[2].status = .rolledBack
        view.updates[2].unsent = 1
        view.updates[3].status = .completed
        view.updates[3].tally = Fixture.tally(ok: 542, skipped: 1)
        view.updates[3].retriable = 1
        view = Self.focused("m2/rollback", view)
        var state = ConfirmationTests.state(view)
        #expect(Self.text(view, state).contains("<r>retry"))
        press("r", &state, view)
        #expect(
            Self.text(view, state).contains(
                "SENDS 1 device that did not come back, once more, to the release each had before"))
        type("m2/rollback", &state, view)
        #expect(press("enter", &state, view) == [.send(.retryFailed(update: "m2/rollback"), reason: "")])
        view = Self.focused("m2", view)
        let objection = ConsoleUpdate.objection(to: .retry, on: view.updates[2], view: view)
        #expect(objection == "rolled back: to try again what failed in that, choose m2/rollback")
        view.updates[3].retriable = 0
        #expect(ConsoleUpdate.objection(to: .retry, on: view.updates[3], view: view) != nil)
    }

    /// Of an update that is not in focus the engine counts what a retry would send when it is asked for that.
    @Test func whatARetryWouldSendIsAskedFor() throws {
        var view = Fixture.running()
        view.updates.append(
            Fixture.summary(
                "m1", status: .completed, release: Version(3, 0, 0), tally: Fixture.tally(ok: 540, failed: 3)))
        var state = ConfirmationTests.state(view)
        #expect(ConsoleQuery.query(for: state, size: state.size).retryPreview == state.focusedUpdate)
        state.screens = [.overview, .updates]
        state.selectedUpdate = "m1"
        #expect(ConsoleQuery.query(for: state, size: state.size).retryPreview == "m1")
        press("r", &state, view)
        #expect(ConsoleQuery.query(for: state, size: state.size).retryPreview == "m1")
        #expect(Self.text(view, state).contains("SENDS 3 devices that failed to 3.0.0 once more"))
        func receive(_ count: Int) throws -> String {
            view.updates[try #require(view.updates.firstIndex { $0.id == "m1" })].retriable = count
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
            return Self.text(view, state)
        }
        // The first count is no news to whoever has typed nothing; another one is.
        let first = try receive(2)
        #expect(first.contains("SENDS 2 devices that failed to 3.0.0 once more"))
        #expect(!first.contains("THE LIST CHANGED"))
        #expect(try receive(1).contains("THE LIST CHANGED"))
        #expect(try receive(0).contains("nothing to confirm"))
    }

    /// Footer, help and keys agree, whatever stands on the screen.
    @Test(arguments: 0..<RandomKeyTests.views.count) func whatIsOfferedIsWhatWorks(index: Int) {
        let view = RandomKeyTests.views[index]
        for screen in SizeTests.screens where screen != .help {
            for width in [80, 300] {
                var state = Fixture.state(columns: width)
                ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
                state.screens = [.overview, screen]
                state.selectedUpdate = view.updates.last?.id
                let (offered, idle) = ConsoleUpdate.commands(state, view)
                for action in offered + idle where view.health == .running {
                    var pressed = state
                    let key = state.keymap.keyText(action)
                    let effects = press(key, &pressed, view)
                    let works = !effects.isEmpty || pressed.dialog != nil
                    // A pause goes out whatever is shown: that may be behind.
                    #expect(works == offered.contains(action) || action == .pause, "\(key) on \(screen)")
                }
                let scene = Scene(view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall)
                let hinted = HintLine.hints(scene).map(\.key)
                for action in idle { #expect(!hinted.contains(state.keymap.keyText(action)), "\(action) on \(screen)") }
                state.screens.append(.help)
                let listed = HelpText.lines(state, view)
                for action in offered + idle {
                    let line = listed.first { $0.keys == state.keymap.keyText(action) }
                    #expect(line?.isIdle == idle.contains(action), "\(action) on \(screen)")
                }
            }
        }
    }

    // MARK: The command line

    @Test(arguments: [
        (":pause m2/rolback vendor", "no update \"m2/rolback\"; did you mean \"m2/rollback\"?"),
        (":pause M2/ROLLBACK", "no update \"M2/ROLLBACK\"; did you mean \"m2/rollback\"?"),
        (":pause m9/rollback-7 vendor", "no update \"m9/rollback-7\"; u lists the updates."),
        (":pause m", "no update \"m\"; did you mean \"m2\"?"),
        (":pause m3 vendor", "no update \"m3\"; did you mean \"m2\"?"),
        (":pause RO-7", "no update \"RO-7\"; did you mean \"RO-0998\"?"),
    ])
    func aMistypedIDPausesNothing(_ line: String, _ message: String) {
        let (state, effects) = LineTests.enter(line, Self.goingBack())
        #expect(effects.isEmpty)
        #expect(state.message?.kind == .error)
        #expect(state.message?.text == message + " A reason that begins so goes behind the id")
    }

    @Test(arguments: [
        "vendor", "mirror is down", "m for maintenance", "3 tills hang", "OPS-4411 mirror", "waiting for the vendor",
    ])
    func aReasonInPlainWordsStillPauses(_ reason: String) {
        let (_, effects) = LineTests.enter(":pause \(reason)", Self.goingBack())
        #expect(effects == [.send(.pause(update: "RO-1042"), reason: reason)])
    }

    @Test func anIDBeforeAReasonLetsItBeginAsItLikes() {
        let (_, effects) = LineTests.enter(":pause m2/rollback m3 2/3 hang", Self.goingBack())
        #expect(effects == [.send(.pause(update: "m2/rollback"), reason: "m3 2/3 hang")])
    }
}
