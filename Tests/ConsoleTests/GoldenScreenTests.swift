import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// Screens as they are drawn, at the sizes of the design.
@Suite struct GoldenScreenTests {
    static let sizes = [Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60)]

    /// A situation: a name, a view, and what the operator did.
    struct Situation: Sendable, CustomTestStringConvertible {
        var name: String
        var view: FleetView
        var prepare: @Sendable (inout ConsoleState, FleetView) -> Void = { _, _ in }

        var testDescription: String { name }
    }

    static let situations: [Situation] = [
        Situation(name: "overview", view: Fixture.running()) { state, _ in
            state.devices.selected = "pos-us-1180"
            state.marks = ["pos-us-1181"]
        },
        Situation(name: "overview-demo", view: Fixture.demo()),
        Situation(name: "overview-paused", view: Fixture.paused()),
        Situation(name: "overview-rolling-back", view: Fixture.rollingBack()),
        Situation(name: "overview-empty", view: Fixture.empty()),
        Situation(name: "overview-draft", view: Fixture.draft()),
        Situation(name: "overview-scheduled", view: Fixture.scheduled()),
        Situation(name: "overview-stopped", view: Fixture.stopped()),
        Situation(name: "overview-hostile", view: Fixture.hostile()),
        Situation(name: "overview-frozen", view: Fixture.running()) { state, view in
            press("Z", &state, view)
        },
        Situation(name: "overview-filter-typo", view: Fixture.running()) { state, view in
            type("/regoin = eu-west", &state, view)
            _ = press(.enter, &state, view)
        },
        Situation(name: "update", view: Fixture.running()) { state, _ in state.screens = [.overview, .update] },
        Situation(name: "update-rolling-back", view: Fixture.rollingBack()) { state, _ in
            state.screens = [.overview, .update]
        },
        Situation(name: "update-scheduled", view: Fixture.scheduled()) { state, _ in
            state.screens = [.overview, .update]
        },
        Situation(name: "device", view: withDetail(Fixture.running())) { state, _ in
            state.screens = [.overview, .device("pos-eu-0417")]
        },
        Situation(name: "queue", view: Fixture.running()) { state, _ in
            state.screens = [.overview, .queue]
            state.queue.selected = QueueKey(update: "RO-1042", device: "pos-ap-0212").text
        },
        Situation(name: "updates", view: Fixture.rollingBack()) { state, _ in
            state.screens = [.overview, .updates]
            state.selectedUpdate = "RO-1042"
        },
        Situation(name: "events", view: Fixture.running()) { state, _ in state.screens = [.overview, .events] },
        Situation(name: "help", view: Fixture.running()) { state, _ in state.screens = [.overview, .help] },
        Situation(name: "dialog-rollback", view: withPreview(Fixture.paused())) { state, view in
            press("B", &state, view)
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
            type("RO-10", &state, view)
        },
        Situation(name: "dialog-rollback-unlocked", view: withPreview(Fixture.running())) { state, view in
            press("B", &state, view)
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
            type("RO-1042", &state, view)
        },
        Situation(name: "dialog-resume", view: Fixture.paused()) { state, view in press("R", &state, view) },
        Situation(name: "dialog-cancel", view: Fixture.running()) { state, view in press("c", &state, view) },
        Situation(name: "dialog-cancel-draft", view: Fixture.draft()) { state, view in press("c", &state, view) },
        Situation(name: "help-draft", view: Fixture.draft()) { state, _ in state.screens = [.overview, .help] },
        Situation(name: "dialog-start", view: withStart(Fixture.draft())) { state, view in
            press("s", &state, view)
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        },
    ]

    @Test(arguments: situations, sizes)
    func screensAreAsRecorded(_ situation: Situation, size: Size) throws {
        var state = Fixture.state(columns: size.columns, rows: size.rows)
        ConsoleUpdate.received(situation.view, at: Fixture.wall, state: &state)
        situation.prepare(&state, situation.view)
        let frame = ConsoleScreen.render(
            view: situation.view, state: state, theme: ConsoleTheme(), size: size, now: Fixture.wall + .seconds(1))
        #expect(frame.size == size)
        try expectScreen(frame.text(), named: "\(situation.name)-\(size.columns)x\(size.rows)")
    }

    /// A window too low for all that a rollback would do shows how much of it is missing.
    @Test(arguments: [Size(columns: 80, rows: 12), Size(columns: 30, rows: 12)])
    func aLowDialogIsAsRecorded(size: Size) throws {
        let view = withPreview(Fixture.paused())
        var state = Fixture.state(columns: size.columns, rows: size.rows)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        press("B", &state, view)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type("RO-1042", &state, view)
        press("down", &state, view)
        let frame = ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: size, now: Fixture.wall + .seconds(1))
        try expectScreen(frame.text(), named: "dialog-rollback-low-\(size.columns)x\(size.rows)")
    }

    @Test func oldDataSaysItsAge() {
        let view = Fixture.running()
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        func header(after seconds: Int) -> String {
            let frame = ConsoleScreen.render(
                view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall + .seconds(seconds)
            )
            return String(frame.text().split(separator: "\n", omittingEmptySubsequences: false)[0])
        }
        #expect(header(after: 5).contains("LIVE"))
        #expect(header(after: 6).contains("6s OLD"))
    }
}

private func withDetail(_ view: FleetView) -> FleetView {
    var view = view
    view.detail = Fixture.detail()
    return view
}

private func withPreview(_ view: FleetView) -> FleetView {
    var view = view
    view.rollback = Fixture.rollbackPreview()
    return view
}

private func withStart(_ view: FleetView) -> FleetView {
    var view = view
    view.start = Fixture.startPreview()
    return view
}
