import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// The cursor stays on its device, and Enter never opens another one.
@Suite struct SelectionTests {
    /// A stretch of a list of devices named by their numbers.
    static func view(_ ids: [Int], offset: Int = 0, total: Int? = nil) -> FleetView {
        var view = Fixture.running()
        view.devices.rows = ids.map { Fixture.device("pos-\($0)") }
        view.devices.offset = offset
        view.devices.total = total ?? ids.count
        return view
    }

    static func state(_ view: FleetView) -> ConsoleState {
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return state
    }

    @Test func theCursorFollowsItsDeviceWhenRowsReorder() {
        let before = Self.view([1, 2, 3, 4])
        var state = Self.state(before)
        press("down", &state, before)
        press("down", &state, before)
        #expect(state.devices.selected == "pos-2")
        let after = Self.view([4, 3, 2, 1])
        ConsoleUpdate.received(after, at: Fixture.wall, state: &state)
        #expect(state.devices.selected == "pos-2")
        press("down", &state, after)
        #expect(state.devices.selected == "pos-1")
        press("enter", &state, after)
        #expect(state.screen == .device("pos-1"))
    }

    @Test func withoutACursorEnterOnlyPutsItOnTheFirstRow() {
        let view = Self.view([1, 2, 3])
        var state = Self.state(view)
        #expect(state.devices.selected == nil)
        press("enter", &state, view)
        #expect(state.screen == .overview)
        #expect(state.devices.selected == "pos-1")
        press("enter", &state, view)
        #expect(state.screen == .device("pos-1"))
    }

    @Test func aMovePastTheShownRowsWaitsForTheirView() {
        let view = Self.view([0, 1, 2, 3], total: 100)
        var state = Self.state(view)
        press("down", &state, view)
        press("G", &state, view)
        #expect(state.devices.selected == "pos-0")
        #expect(state.devices.pendingPosition == 99)
        let query = ConsoleQuery.query(for: state, size: state.size)
        #expect(query.deviceRows.offset + query.deviceRows.count == 100)
        #expect(!query.followsSelection)
        press("enter", &state, view)
        #expect(state.screen == .overview)
        ConsoleUpdate.received(Self.view([96, 97, 98, 99], offset: 96, total: 100), at: Fixture.wall, state: &state)
        #expect(state.devices.selected == "pos-99")
        #expect(state.screen == .device("pos-99"))
    }

    @Test func aListThatShrankMeanwhileGivesItsLastRow() {
        let view = Self.view([0, 1, 2, 3], total: 100)
        var state = Self.state(view)
        press("G", &state, view)
        ConsoleUpdate.received(Self.view([7, 8], offset: 0, total: 2), at: Fixture.wall, state: &state)
        #expect(state.devices.selected == "pos-8")
        ConsoleUpdate.received(Self.view([], total: 0), at: Fixture.wall, state: &state)
        press("G", &state, Self.view([], total: 0))
        #expect(state.devices.pendingPosition == nil)
    }

    @Test func theWheelLeavesTheCursorWhereItIs() {
        let view = Self.view([0, 1, 2, 3], total: 100)
        var state = Self.state(view)
        press("down", &state, view)
        let box = state.layout.box(.devices)
        let row = box?.body.row ?? 0
        press(.mouse(MouseEvent(button: .none, column: 3, row: row, kind: .wheelDown)), &state, view)
        #expect(state.devices.offset == 3)
        #expect(state.devices.selected == "pos-0")
        #expect(!ConsoleQuery.query(for: state, size: state.size).followsSelection)
        press(.mouse(MouseEvent(button: .left, column: 3, row: row + 2, kind: .press)), &state, view)
        #expect(state.devices.selected == "pos-2")
    }

    @Test func marksAndRanges() {
        let view = Self.view([1, 2, 3, 4])
        var state = Self.state(view)
        press("down", &state, view)
        press("space", &state, view)
        #expect(state.marks == ["pos-1"])
        press("v", &state, view)
        press("down", &state, view)
        press("down", &state, view)
        press("v", &state, view)
        press("down", &state, view)
        #expect(state.marks == ["pos-1", "pos-2", "pos-3"])
        #expect(press("y", &state, view) == [.copy("pos-1\npos-2\npos-3")])
    }

    @Test func frozenRowsAreTheOnesThatKeysMoveIn() {
        let view = Self.view([1, 2, 3])
        var state = Self.state(view)
        press("Z", &state, view)
        let later = Self.view([9, 8, 7])
        ConsoleUpdate.received(later, at: Fixture.wall, state: &state)
        press("down", &state, later)
        #expect(state.devices.selected == "pos-1")
        press("Z", &state, later)
        #expect(state.frozen == nil)
    }

    @Test func anUpdateStaysInFocusUntilItHasEnded() {
        var view = Fixture.running()
        var state = Self.state(view)
        #expect(state.focusedUpdate == "RO-1042")
        let other = Fixture.summary("RO-1050")
        view.updates.append(other)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(state.focusedUpdate == "RO-1042")
        view.update?.summary.status = .completed
        view.updates[1].status = .completed
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(state.focusedUpdate == "RO-1050")
    }

    @Test func aRegionConfinesTheList() {
        let view = Fixture.running()
        var state = Self.state(view)
        press("2", &state, view)
        press("down", &state, view)
        press("down", &state, view)
        press("enter", &state, view)
        #expect(ConsoleQuery.query(for: state, size: state.size).region == "eu-north")
        #expect(state.focusedPane == .devices)
        press("esc", &state, view)
        #expect(ConsoleQuery.query(for: state, size: state.size).region == nil)
    }
}
