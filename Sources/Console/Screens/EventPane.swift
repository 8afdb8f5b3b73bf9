import Cells
import FleetCore
import FleetEngine

/// What happened, latest first.
enum EventPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        box.drawRule(title(scene), scene, on: &frame)
        let frozen = "not in the frozen display: \(scene.key(.freeze)) shows it live"
        let pending = scene.state.frozen == nil ? "" : frozen
        let empty = scene.view.query.eventCount == 0 ? pending : "nothing has happened yet"
        drawEvents(scene.view.events, empty: empty, times: scene.times, box, scene, on: &frame)
    }

    /// The screen of events says who else is here, too.
    private static func title(_ scene: Scene) -> String {
        switch scene.state.screen {
        case .overview: return "5 Events"
        case .events where scene.live.seat != 0:
            let others = scene.live.others(at: scene.live.now)
            return others.isEmpty ? "Events" : "Events  also here: \(others.joined(separator: ", "))"
        default: return "Events"
        }
    }

    /// Lines of what happened; `empty` says that there are none.
    static func drawEvents(
        _ events: [EventRow], empty: String, times: TimeText, _ box: ScreenLayout.Box, _ scene: Scene,
        on frame: inout Frame
    ) {
        if events.isEmpty { box.drawEmpty(empty, on: &frame) }
        let isWide = box.rect.columns >= 60
        box.drawRows(count: events.count, scene: scene, on: &frame) { index, line, frame in
            let event = events[index]
            // Where there is little room the age says more than a time without its date.
            let time = isWide ? times.exact(event.at) : times.age(event.at)
            let role = event.kind.role
            Columns.draw(
                [
                    Columns.Cell("", 0),
                    Columns.Cell(
                        time, timeWidth(times, isWide: isWide), role: .dim, alignment: isWide ? .leading : .trailing),
                    Columns.Cell(event.who, isWide ? 8 : 6, role: event.who == "engine" ? .dim : .title),
                    Columns.Cell(scene.mark(role), 1, role: role),
                    Columns.Cell(event.text, nil, role: role == .failed || role == .caution ? role : .text),
                ], in: line, on: &frame)
        }
    }

    /// Room for a date, the time and its zone; or for an age.
    private static func timeWidth(_ times: TimeText, isWide: Bool) -> Int {
        guard isWide else { return 4 }
        return times.zone == .utc ? 15 : 19
    }
}
