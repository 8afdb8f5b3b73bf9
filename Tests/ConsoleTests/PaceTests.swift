import Cells
import FleetEngine
import Testing

@testable import Console

/// What a header says of a clock that is not the wall's, and of places without a name.
@Suite struct PaceTests {
    private func text(_ view: FleetView, _ state: ConsoleState = Fixture.state(columns: 110)) -> [Substring] {
        var state = state
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        return ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall
        ).text().split(separator: "\n")
    }

    @Test func aSpeedThatIsNotReachedIsNotShownAlone() {
        var view = Fixture.demo()
        #expect(text(view)[0].contains("DEMO 1800x "))
        view.simulationPace = 280
        #expect(text(view)[0].contains("DEMO 280x of 1800x"))
    }

    @Test func aRegionWithoutANameIsShownAsOne() {
        var view = Fixture.running()
        view.regions[0].name = ""
        #expect(text(view).contains { $0.contains("(no region)") })
    }

    @Test func whatIsBeingCancelledDoesNotLookAsIfItRan() {
        var view = Fixture.running()
        view.updates[1].isCancelling = true
        view.update?.summary.isCancelling = true
        let lines = text(view, Fixture.state(columns: 120))
        #expect(lines[0].contains("CANCELLING 40 still out"))
        #expect(!lines[0].contains("RUNNING"))
    }
}
