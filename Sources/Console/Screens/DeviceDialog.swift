import Cells
import FleetCore
import FleetEngine

/// The lines of a question about one device.
enum DeviceDialog {
    static func title(_ question: DeviceQuestion) -> String {
        "\(question.kind.rawValue.uppercased()) \(question.device)"
    }

    static func lines(_ question: DeviceQuestion, _ scene: Scene) -> [DialogBox.Line] {
        guard let detail = question.detail else {
            let text = question.isUnknown ? "there is no device \(question.device)" : "reading \(question.device) ..."
            return [DialogBox.Line(text, role: question.isUnknown ? .caution : .active)]
        }
        return [DialogBox.Line(sentence(question)), .blank] + facts(detail, scene) + [.blank]
            + notice(question, scene) + [YesNoDialog.answers]
    }

    private static func sentence(_ question: DeviceQuestion) -> String {
        switch question.kind {
        case .accept: "Takes it into service: it may be offered updates from now on."
        case .refuse: "Turns it away for good: it is remembered as refused, and offered nothing."
        }
    }

    private static func facts(_ detail: DeviceDetail, _ scene: Scene) -> [DialogBox.Line] {
        let times = scene.times.at(site: detail.timeZone)
        var lines = [DialogBox.Line("STANDS", DeviceFactsPane.waiting(detail, times), role: .caution)]
        lines.append(DialogBox.Line("RUNS", detail.row.firmware.shown, rank: 3))
        lines.append(DialogBox.Line("CONTACT", DeviceFactsPane.contact(detail.row, times), rank: 3))
        let said = detail.described.map { "\($0.name)=\($0.value)" }.joined(separator: "  ")
        lines.append(DialogBox.Line("SAYS", said.isEmpty ? "nothing of itself" : said, rank: 2))
        return lines
    }

    private static func notice(_ question: DeviceQuestion, _ scene: Scene) -> [DialogBox.Line] {
        guard question.hasChanged else { return [] }
        let text = "\(scene.glyph(.caution)) this changed while you looked: y once to take note, y again to confirm"
        return [DialogBox.Line(text, role: .caution, rank: 0, flags: .bold)]
    }
}
