import Cells
import FleetCore
import FleetEngine

/// One device: what it is, where it stands, and why it does not move now.
enum DeviceFactsPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        guard let detail = scene.detail else {
            box.drawRule("Device", scene, on: &frame)
            return box.drawEmpty(missing(scene), on: &frame)
        }
        box.drawRule("Device \(detail.row.id)", scene, on: &frame)
        for (index, fact) in facts(detail, scene).enumerated() {
            guard let line = box.line(index) else { return }
            Columns.draw(
                [
                    Columns.Cell("", 0), Columns.Cell(fact.label, 9, role: .dim),
                    Columns.Cell(fact.text, nil, role: fact.role),
                ], in: line, on: &frame)
        }
    }

    private static func missing(_ scene: Scene) -> String {
        if scene.state.frozen != nil { return "not in the frozen display: \(scene.key(.freeze)) shows it live" }
        if case .device(let id) = scene.state.screen {
            return scene.view.query.detail == id ? "\(id) is not registered" : "reading \(id)"
        }
        return "the device under the cursor is shown here"
    }

    private struct Fact {
        var label: String
        var text: String
        var role: Role = .text
    }

    private static func facts(_ detail: DeviceDetail, _ scene: Scene) -> [Fact] {
        let row = detail.row
        let times = scene.times.at(site: detail.timeZone)
        let mark = row.mark(isRollback: scene.isRollback(row.assignment))
        let glyph = mark.role.hasGlyph ? scene.glyph(mark.role) + " " : ""
        var facts = [Fact(label: "state", text: glyph + standing(row, mark, times), role: mark.role)]
        if row.lifecycle == .registered {
            facts.append(Fact(label: "waits", text: "\(waiting(detail, times)); \(answers(row))", role: mark.role))
        }
        if let waiting = row.assignment?.waiting {
            facts.append(Fact(label: "why not", text: waiting.sentence(times), role: waiting.role))
        } else if detail.sameCause > 1 {
            let text = "\(detail.sameCause) devices of this update failed for the same cause, this one included"
            facts.append(Fact(label: "cause", text: text, role: .failed))
        }
        facts.append(Fact(label: "name", text: row.name))
        facts.append(Fact(label: "runs", text: running(row)))
        facts.append(Fact(label: "contact", text: contact(row, times), role: row.status == .online ? .text : .offline))
        facts.append(Fact(label: "place", text: place(detail)))
        facts.append(Fact(label: "address", text: detail.address))
        let tags = detail.tags.map { "\($0.name)=\($0.value)" }.joined(separator: "  ")
        facts.append(Fact(label: "tags", text: tags.isEmpty ? "none" : tags))
        return facts
    }

    private static func standing(_ row: DeviceRow, _ mark: StateMark, _ times: TimeText) -> String {
        if let hold = row.hold { return "\(mark.word)  \(hold)" }
        guard let assignment = row.assignment else { return "\(mark.word), no part in this update" }
        var parts = [mark.word]
        let reason = assignment.waiting == nil ? assignment.reasonText(times) : assignment.reason?.description ?? ""
        if !reason.isEmpty { parts.append(reason) }
        if assignment.attempt > 0 { parts.append("try \(assignment.attempt)/\(assignment.attempts)") }
        if let since = assignment.since { parts.append("for \(times.age(since))") }
        if let deadline = assignment.deadline { parts.append("deadline \(times.short(deadline))") }
        return parts.joined(separator: "  ")
    }

    /// Where it stands in its life, and since when it waits for somebody.
    static func waiting(_ detail: DeviceDetail, _ times: TimeText) -> String {
        let since = detail.waitsSince.map { " for \(times.age($0))" } ?? ""
        if let hold = detail.row.hold { return "held\(since): \(hold)" }
        return detail.row.lifecycle == .registered ? "waits for acceptance\(since)" : detail.row.standing
    }

    private static func answers(_ row: DeviceRow) -> String { ":accept \(row.id), or :refuse \(row.id)" }

    private static func running(_ row: DeviceRow) -> String {
        var text = row.firmware.shown
        if let assignment = row.assignment {
            text += "  wanted \(assignment.release) by \(assignment.update)"
            if let previous = assignment.previous, previous != row.firmware { text += "  before \(previous.shown)" }
        }
        return row.lifecycle == .active ? text : text + "  \(row.standing)"
    }

    /// Whether it can be reached, and when it last was.
    static func contact(_ row: DeviceRow, _ times: TimeText) -> String {
        guard let seen = row.lastSeen else {
            // A device that is offline was there once; its file may not say when. One that is online has just called in, or
            // is taken to be there until it is missed.
            return switch row.status {
            case .unknown: "never seen"
            case .offline: "\(row.status), last contact unknown"
            case .online: "\(row.status)"
            }
        }
        return "\(row.status), last seen \(times.exact(seen)), \(times.age(seen)) ago"
    }

    private static func place(_ detail: DeviceDetail) -> String {
        [detail.row.site, detail.row.location, detail.row.region, detail.timeZone]
            .filter { !$0.isEmpty }.joined(separator: "  ")
    }
}

/// The device's part in every update that names it.
enum AssignmentsPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let assignments = scene.detail?.assignments ?? []
        box.drawRule("Updates of this device: \(assignments.count)", scene, on: &frame)
        if assignments.isEmpty, scene.detail != nil { box.drawEmpty("no update has named it", on: &frame) }
        let times = scene.times.at(site: scene.detail?.timeZone ?? "")
        for (index, assignment) in assignments.prefix(box.body.rows).enumerated() {
            draw(assignment, times, scene, in: box.body.line(index), on: &frame)
        }
    }

    private static func draw(
        _ assignment: AssignmentRow, _ times: TimeText, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        let isRollback = scene.view.updates.first { $0.id == assignment.update }?.isRollback ?? false
        let mark = assignment.mark(isRollback: isRollback)
        let started = assignment.startedAt.map { "from \(times.short($0))" } ?? ""
        let ended = assignment.endedAt.map { "to \(times.short($0))" } ?? ""
        let text = [assignment.reasonText(times), started, ended].filter { !$0.isEmpty }.joined(separator: "  ")
        Columns.draw(
            [
                Columns.Cell("", 0),
                Columns.Cell(scene.mark(mark.role), 1, role: mark.role),
                Columns.Cell(assignment.update, 24), Columns.Cell(assignment.release.description, 8),
                Columns.Cell(mark.word, 12, role: mark.role), Columns.Cell(text, nil),
            ], in: line, on: &frame)
    }
}

/// What happened to the device.
enum TimelinePane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let times = scene.times.at(site: scene.detail?.timeZone ?? "")
        box.drawRule("Timeline, latest first", scene, on: &frame)
        let empty = scene.detail == nil ? "" : "nothing has happened yet"
        EventPane.drawEvents(scene.detail?.timeline ?? [], empty: empty, times: times, box, scene, on: &frame)
    }
}
