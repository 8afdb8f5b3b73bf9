import Cells
import FleetEngine
import Testing

@testable import Console

/// A checkpoint that cannot be kept is said in the second line, below everything that needs a person sooner.
@Suite struct CheckpointNoteTests {
    private let note = "CAUTION no checkpoint, the next start will take longer: the disk is full"

    @Test func itIsSaidWhereNothingElseIs() {
        #expect(secondLine { $0.alerts = [] }.contains(note))
    }

    @Test func aStoppedEngineGoesBefore() {
        let line = secondLine { $0.health = .stopped("no journal") }
        #expect(line.contains("ENGINE STOPPED"))
        #expect(!line.contains("checkpoint"))
    }

    @Test func nothingIsSaidWhereNothingIsWrong() {
        #expect(!secondLine { $0.checkpointFailure = nil }.contains("checkpoint"))
    }

    private func secondLine(_ change: (inout FleetView) -> Void) -> String {
        var view = Fixture.running()
        view.checkpointFailure = "the disk is full; make room"
        change(&view)
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        let frame = ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall)
        return frame.text().split(separator: "\n", omittingEmptySubsequences: false).dropFirst().first.map(String.init)
            ?? ""
    }
}
