import Cells
import FleetCore
import FleetEngine

/// The second line: a stopped engine, a frozen display, else the alert that needs a person most.
enum AlertLine {
    static func draw(_ scene: Scene, in line: Rect, on frame: inout Frame) {
        if case .stopped(let why) = scene.live.health {
            return banner("ENGINE STOPPED: \(why)", role: .error, in: line, on: &frame)
        }
        if let frozen = scene.state.frozen {
            let since = scene.times.time(frozen.now)
            let text = "DISPLAY FROZEN at \(since); the rollout goes on. \(scene.key(.freeze)) shows it live again"
            return banner(text, role: .caution, in: line, on: &frame)
        }
        let open = scene.state.openAlerts(in: scene.view)
        if let alert = open.first {
            drawAlert(alert, count: open.count, scene, in: line, on: &frame)
        } else if let why = scene.live.checkpointFailure {
            drawNote("no checkpoint, the next start will take longer: \(why)", scene, in: line, on: &frame)
        } else {
            drawCalm(scene, in: line, on: &frame)
        }
    }

    /// A line nobody can miss: reversed over the whole width.
    private static func banner(_ text: String, role: Role, in line: Rect, on frame: inout Frame) {
        let shown = TextWidth.fitted(" \(text)", to: line.columns)
        frame.put(shown, column: line.column, row: line.row, role: role, flags: [.bold, .reverse], in: line)
    }

    private static func drawAlert(
        _ alert: Alert, count: Int, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        let role: Role = alert.severity == .warning ? .warning : .caution
        let word = alert.severity == .warning ? "WARNING" : "CAUTION"
        let tail = " \(count) unacked  \(scene.key(.acknowledge)):ack"
        let room = line.columns >= 50 ? line.columns - TextWidth.columns(of: tail) : line.columns
        let text = "\(scene.glyph(role)) \(word) \(alert.text), since \(scene.times.short(alert.since))"
        let shown = TextWidth.fitted(text, to: room)
        frame.put(shown, column: line.column, row: line.row, role: role, flags: .bold, in: line)
        guard room < line.columns else { return }
        frame.put(tail, column: line.column + room, row: line.row, role: .dim, in: line)
    }

    /// Something that an operator should see to, though the rollout does not suffer from it.
    private static func drawNote(_ text: String, _ scene: Scene, in line: Rect, on frame: inout Frame) {
        let shown = TextWidth.fitted("\(scene.glyph(.caution)) CAUTION \(text)", to: line.columns)
        frame.put(shown, column: line.column, row: line.row, role: .caution, flags: .bold, in: line)
    }

    /// Nothing is wrong: what the update says of itself, and what else is under way.
    private static func drawCalm(_ scene: Scene, in line: Rect, on frame: inout Frame) {
        var fitted = FittedLine()
        let acknowledged = scene.view.alerts.count
        let calm = acknowledged == 0 ? "no alerts" : "\(NumberText.count(acknowledged, "alert")), acknowledged"
        let status = scene.view.update?.summary.statusText ?? ""
        fitted.left = [FittedLine.Part(status.isEmpty ? calm : status, role: .dim, rank: 0)]
        let others = scene.view.updates.filter { $0.status.isUnderWay && $0.id != scene.view.update?.summary.id }.count
        if others > 0, scene.state.screen == .overview {
            let text = "\(NumberText.count(others, "other update")) under way: \(scene.key(.updates))"
            fitted.right = [FittedLine.Part(text, role: .dim, rank: 1)]
        }
        fitted.draw(in: line, on: &frame)
    }
}
