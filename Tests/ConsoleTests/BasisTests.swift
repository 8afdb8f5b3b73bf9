import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// A command rests on what stood on the screen when it was decided.
@Suite struct BasisTests {
    private func view(_ revision: UInt64, _ change: (inout FleetView) -> Void = { _ in }) -> FleetView {
        var view = Fixture.running()
        view.revision = revision
        change(&view)
        return view
    }

    private func state(_ view: FleetView) -> ConsoleState {
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return state
    }

    private func receive(_ view: FleetView, _ state: inout ConsoleState) {
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
    }

    @Test func aKeyRestsOnTheViewThatIsShown() {
        let view = view(10)
        #expect(ConsoleUpdate.basis(of: state(view), view: view) == 10)
    }

    /// What stands still on the screen is what was looked at.
    @Test func aFrozenDisplayIsWhatIsShown() {
        let before = view(10)
        var state = state(before)
        state.frozen = before
        #expect(ConsoleUpdate.basis(of: state, view: view(12)) == 10)
    }

    /// What moves behind a dialog is not what was decided on.
    @Test func aDialogRestsOnWhatItWasOpenedOver() {
        let before = view(10)
        var state = state(before)
        press("c", &state, before)
        #expect(state.dialog != nil)
        let later = view(12)
        receive(later, &state)
        #expect(ConsoleUpdate.basis(of: state, view: later) == 10)
        press("esc", &state, later)
        #expect(ConsoleUpdate.basis(of: state, view: later) == 12)
    }

    /// A change that must be noted before anything is confirmed is known once it was.
    @Test func whatWasNotedIsWhatWasDecidedOn() {
        let before = view(10) { $0.update?.gate?.awaitsApproval = true }
        var state = state(before)
        press("A", &state, before)
        #expect(ConsoleUpdate.basis(of: state, view: before) == 10)
        let changed = view(12) { view in
            view.update?.gate?.awaitsApproval = true
            view.update?.phases[3].tally[.pending] += 5
        }
        receive(changed, &state)
        #expect(press("y", &state, changed) == [])
        #expect(ConsoleUpdate.basis(of: state, view: changed) == 12)
        let later = view(14) { view in
            view.update?.gate?.awaitsApproval = true
            view.update?.phases[3].tally[.pending] += 5
        }
        receive(later, &state)
        #expect(ConsoleUpdate.basis(of: state, view: later) == 12)
        #expect(press("y", &state, later) == [.send(.approve(update: "RO-1042"), reason: "")])
    }

    @Test func aRefusalSaysWhatCameBefore() {
        let view = view(10)
        var state = state(view)
        let refusal = Refusal(
            "ada gave `cancel` for RO-1042 at 2026-03-03T10:00:00Z, after what this was decided on",
            remedy: "look at it as it is now, and decide again")
        ConsoleUpdate.replied(to: .resume(update: "RO-1042"), refusal: refusal, state: &state)
        #expect(state.dialog == nil)
        #expect(ConfirmationTests.lines(view, state).contains { $0.contains("ada gave `cancel` for RO-1042") })
    }
}

/// What one person may not do alone.
@Suite struct SecondPersonScreenTests {
    private static let proposal = Proposal(.rollBack, devices: 120, by: "kim", user: "kim")

    private func proposed() -> FleetView {
        var view = Fixture.running()
        view.updates[1].proposal = Self.proposal
        view.updates[1].proposedSet = 77
        view.update?.summary = view.updates[1]
        return view
    }

    @Test func theDialogOfAStartSaysThatASecondPersonIsNeeded() throws {
        var view = ConfirmationTests.view()
        view.rollback?.needsSecondPerson = true
        var state = ConfirmationTests.state(view)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(
            ConfirmationTests.lines(view, state).contains {
                $0.contains("a second person must approve it before it begins")
            })
    }

    @Test func approvalSaysWhatItIsOf() {
        let view = proposed()
        var state = ConfirmationTests.state(view)
        press("A", &state, view)
        let lines = ConfirmationTests.lines(view, state)
        #expect(lines.contains { $0.contains("kim asked for this rollback: 120 devices. Another person decides.") })
        #expect(press("y", &state, view) == [.send(.approve(update: "RO-1042", preview: 77), reason: "")])
    }

    /// A yes to a phase is none to a rollback that somebody asks for meanwhile.
    @Test func whatIsAskedForMeanwhileMustBeNoted() {
        var before = Fixture.running()
        before.update?.gate?.awaitsApproval = true
        var state = ConfirmationTests.state(before)
        press("A", &state, before)
        let view = proposed()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(press("y", &state, view) == [])
        #expect(press("y", &state, view) == [.send(.approve(update: "RO-1042", preview: 77), reason: "")])
    }

    /// The engine would refuse it: the hints do not offer what the key answers with an objection.
    @Test func whatHasNotBegunIsNotRolledBack() {
        var view = Fixture.running()
        view.updates[1].status = .awaitingApproval
        view.update?.summary = view.updates[1]
        let update = view.updates[1]
        #expect(
            ConsoleUpdate.objection(to: .rollback, on: update, view: view) == "nothing has begun: cancel it instead")
        #expect(ConsoleUpdate.objection(to: .cancel, on: update, view: view) == nil)
    }

    /// The rest of a rollback that was called off can be sent back; its word is not that all is back.
    @Test func whatIsPartlyBackCanBeRolledBackAgain() {
        var view = Fixture.running()
        view.updates[1].status = .halted
        view.updates[1].unsent = 197
        view.updates[1].statusText = "rollback cancelled: 103 of 300 back"
        view.update?.summary = view.updates[1]
        #expect(view.updates[1].badge == "PARTLY BACK rollback cancelled: 103 of 300 back")
        #expect(ConsoleUpdate.objection(to: .rollback, on: view.updates[1], view: view) == nil)
        #expect(ConsoleUpdate.objection(to: .retry, on: view.updates[1], view: view) != nil)
    }

    /// What would be sent back is confirmed as it is now, also where only who is in it has changed.
    @Test func anotherSetMustBeNoted() {
        var view = proposed()
        var state = ConfirmationTests.state(view)
        press("A", &state, view)
        view.updates[1].proposedSet = 78
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(press("y", &state, view) == [])
        #expect(press("y", &state, view) == [.send(.approve(update: "RO-1042", preview: 78), reason: "")])
    }

    @Test func whatWaitsIsCalledOffOfAnUpdateThatHasEnded() {
        var view = proposed()
        view.updates[1].status = .completed
        view.update?.summary.status = .completed
        var state = ConfirmationTests.state(view)
        press("c", &state, view)
        #expect(
            ConfirmationTests.lines(view, state).contains {
                $0.contains("CALLS OFF the rollback of 120 devices, for which kim asked")
            })
        type("RO-1042", &state, view)
        #expect(press("enter", &state, view) == [.send(.cancel(update: "RO-1042"), reason: "")])
    }

    /// The engine would refuse it until the update is resumed.
    @Test func aStartThatIsPausedIsNotApproved() {
        var view = Fixture.paused()
        view.updates[1].proposal = Proposal(.start, devices: 120, by: "kim", user: "kim")
        view.update?.summary = view.updates[1]
        var state = ConfirmationTests.state(view)
        #expect(!ConfirmationTests.lines(view, state).contains { $0.contains("<A>approve") })
        press("A", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text == "RO-1042: paused: resume it, then it can be approved")
        view.updates[1].status = .awaitingApproval
        view.update?.summary = view.updates[1]
        press("A", &state, view)
        #expect(press("y", &state, view) == [.send(.approve(update: "RO-1042"), reason: "")])
    }
}
