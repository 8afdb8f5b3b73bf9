import Cells
import Console
import FleetCore
import FleetEngine

/// One screen as text.
enum PlainScreen {
    /// The screen of a view, as an engine gives it now.
    static func text(_ view: FleetView, _ given: ConsoleState, size: Size) -> String {
        text(view, given, size: size, heardAt: WallClock.now)
    }

    /// The screen of a view that was taken from the journal: nothing on it is live.
    static func text(past view: FleetView, _ given: ConsoleState, size: Size) -> String {
        text(view, given, size: size, heardAt: nil)
    }

    /// The lines of such a text, one for each row.
    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func text(_ view: FleetView, _ given: ConsoleState, size: Size, heardAt: Timestamp?) -> String {
        var state = given
        let now = heardAt ?? view.now
        ConsoleUpdate.received(view, at: now, state: &state)
        state.heardAt = heardAt
        return ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(usesASCII: true), size: size, now: now
        )
        .text()
    }
}
