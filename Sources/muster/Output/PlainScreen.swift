import Cells
import Console
import FleetCore
import FleetEngine

/// One screen as text.
enum PlainScreen {
    /// The screen of a view that was taken from the journal. Nothing on it is live: no engine was asked.
    static func text(_ view: FleetView, _ given: ConsoleState, size: Size) -> String {
        var state = given
        ConsoleUpdate.received(view, at: view.now, state: &state)
        state.heardAt = nil
        return ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(usesASCII: true), size: size, now: view.now
        )
        .text()
    }

    /// The lines of such a text, one for each row.
    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
