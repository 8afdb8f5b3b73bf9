import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// A device is accepted or refused by its id, with what is known of it on the screen.
@Suite struct DeviceQuestionTests {
    private static func view(
        _ id: String = "till-9", lifecycle: DeviceLifecycle = .registered, hold: HoldReason? = nil,
        said: [FleetCore.Tag] = [FleetCore.Tag("serial", "A1")]
    ) -> FleetView {
        var view = Fixture.running()
        var row = Fixture.device(id)
        row.lifecycle = lifecycle
        row.hold = hold
        var detail = DeviceDetail(
            row: row, address: "", timeZone: "Etc/UTC", tags: said, assignments: [], timeline: [], sameCause: 0)
        detail.described = said
        detail.waitsSince = lifecycle == .registered ? Fixture.now - .minutes(12) : nil
        view.query.detail = id
        view.detail = detail
        return view
    }

    private func asked(_ line: String, _ view: FleetView) -> ConsoleState {
        var (state, effects) = LineTests.enter(line)
        #expect(effects.isEmpty)
        #expect(ConsoleQuery.query(for: state, size: state.size).detail == "till-9")
        // Nothing is known of the device yet.
        #expect(press("y", &state, view).isEmpty)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return state
    }

    @Test func acceptingAsksWithWhatTheDeviceSays() {
        let view = Self.view()
        var state = asked(":accept till-9", view)
        let text = ConfirmationTests.lines(view, state).joined(separator: "\n")
        #expect(text.contains("ACCEPT till-9"))
        #expect(text.contains("waits for acceptance for 12m"))
        #expect(text.contains("serial=A1"))
        #expect(press(.character("y"), &state, view, isPasted: true).isEmpty)
        #expect(press("y", &state, view) == [.send(.accept(device: "till-9"), reason: "")])
        #expect(state.dialog == nil)
    }

    @Test func refusingAHeldDeviceSaysWhyItIsHeld() {
        let view = Self.view(hold: .twoUnderOneID(evidence: "two addresses"))
        var state = asked(":refuse till-9", view)
        let text = ConfirmationTests.lines(view, state).joined(separator: "\n")
        #expect(text.contains("held for 12m: two devices under one id (two addresses)"))
        #expect(press("n", &state, view).isEmpty)
        #expect(state.dialog == nil)
        state = asked(":refuse till-9", view)
        #expect(press("y", &state, view) == [.send(.refuse(device: "till-9"), reason: "")])
    }

    @Test func whatChangedIsConfirmedAnew() {
        var state = asked(":accept till-9", Self.view())
        let changed = Self.view(said: [FleetCore.Tag("serial", "B2")])
        ConsoleUpdate.received(changed, at: Fixture.wall, state: &state)
        #expect(ConfirmationTests.lines(changed, state).contains { $0.contains("this changed while you looked") })
        #expect(press("y", &state, changed).isEmpty)
        #expect(press("y", &state, changed) == [.send(.accept(device: "till-9"), reason: "")])
    }

    @Test func aDeviceThatIsNotThereCannotBeAccepted() {
        var view = Self.view()
        view.detail = nil
        var state = asked(":accept till-9", view)
        #expect(ConfirmationTests.lines(view, state).contains { $0.contains("there is no device till-9") })
        #expect(press("y", &state, view).isEmpty)
    }

    @Test func aLineWithoutAnIDSaysHowItIsWritten() {
        #expect(LineTests.enter(":accept").0.message?.text == "write :accept ID")
        var state = Fixture.state(isReadOnly: true)
        let view = Fixture.running()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type(":accept till-9", &state, view)
        press("enter", &state, view)
        #expect(state.dialog == nil)
        #expect(state.message?.text == "this console is read-only: accept is not possible")
    }

    @Test func thePaneSaysWhereTheDeviceStands() {
        var view = Self.view("pos-eu-0417", hold: .twoUnderOneID(evidence: "two addresses"))
        view.devices.rows[0].lifecycle = .registered
        var state = Fixture.state(screens: [.overview, .device("pos-eu-0417")], columns: 120, rows: 40)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        let lines = ConfirmationTests.lines(view, state)
        #expect(lines.contains { $0.contains("HELD") && $0.contains("two devices under one id (two addresses)") })
        #expect(lines.contains { $0.contains(":accept pos-eu-0417, or :refuse pos-eu-0417") })
    }
}
