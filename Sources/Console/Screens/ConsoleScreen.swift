import Cells
import FleetCore
import FleetEngine

/// Draws what a console shows. Pure: the same view, state, theme, size and moment give the same frame.
public enum ConsoleScreen {
    /// The frame of a view. `now` is the clock by which `state` was told when it heard of the engine.
    public static func render(
        view: FleetView, state: ConsoleState, theme: ConsoleTheme, size: Size, now: Timestamp
    ) -> Frame {
        let scene = Scene(view: view, state: state, theme: theme, size: size, now: now)
        var frame = Frame(size: size, fill: Role.text.id)
        if let since = state.connectingSince {
            ConnectingScreen.draw(scene, since: since, on: &frame)
        } else {
            drawLines(scene, on: &frame)
            for box in scene.layout.boxes { draw(box, scene, on: &frame) }
        }
        if let dialog = scene.state.dialog { DialogBox.draw(dialog, scene, on: &frame) }
        MessageLine.draw(scene, on: &frame)
        HintLine.draw(scene, on: &frame)
        return theme.usesASCII ? frame.ascii() : frame
    }

    private static func drawLines(_ scene: Scene, on frame: inout Frame) {
        HeaderLine.draw(scene, on: &frame)
        if let line = scene.layout.alert { AlertLine.draw(scene, in: line, on: &frame) }
        if let line = scene.layout.progress { ProgressLine.draw(scene, in: line, on: &frame) }
        if let line = scene.layout.success { SuccessLine.draw(scene, in: line, on: &frame) }
    }

    private static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        switch box.pane {
        case .phases: PhasePane.draw(box, scene, on: &frame)
        case .regions: RegionPane.draw(box, scene, on: &frame)
        case .devices: DevicePane.draw(box, scene, on: &frame)
        case .queue: QueuePane.draw(box, scene, on: &frame)
        case .events: EventPane.draw(box, scene, on: &frame)
        case .gate: GatePane.draw(box, scene, on: &frame)
        case .causes: CausePane.draw(box, scene, on: &frame)
        case .waiting: WaitingPane.draw(box, scene, on: &frame)
        case .timeline: TimelinePane.draw(box, scene, on: &frame)
        case .updates: UpdatesPane.draw(box, scene, on: &frame)
        case .help: HelpPane.draw(box, scene, on: &frame)
        case .fleet: FleetPane.draw(box, scene, on: &frame)
        case .preview: DeviceFactsPane.draw(box, scene, on: &frame)
        case .assignments: AssignmentsPane.draw(box, scene, on: &frame)
        }
    }
}
