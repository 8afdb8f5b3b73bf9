import FleetEngine

/// The lines of the question before a console is left whose engine has updates under way.
enum QuitDialog {
    /// Updates that are named; the rest is counted.
    private static let mostNamed = 4

    static func title(_ question: QuitQuestion) -> String {
        guard !question.live.isEmpty else {
            switch question.others {
            case 0: return "NOTHING IS UNDER WAY ANY MORE"
            case 1: return "1 OTHER CONSOLE IS OPEN"
            default: return "\(question.others) OTHER CONSOLES ARE OPEN"
            }
        }
        return question.live.count == 1 ? "1 UPDATE IS UNDER WAY" : "\(question.live.count) UPDATES ARE UNDER WAY"
    }

    static func lines(_ question: QuitQuestion) -> [DialogBox.Line] {
        var lines = question.live.prefix(mostNamed).map { update in
            DialogBox.Line(update.word, update.id, rank: 2)
        }
        let more = question.live.count - lines.count
        if more > 0 { lines.append(DialogBox.Line("", "and \(more) more", role: .dim, rank: 3)) }
        if question.others > 0 {
            let text = "\(NumberText.count(question.others, "other console")) of this engine, which a stop ends too"
            lines.append(DialogBox.Line("others", text, rank: 2))
        }
        return lines + [
            .blank,
            DialogBox.Line("d", "detach: the engine goes on without a screen until no update is", rank: 0),
            DialogBox.Line("", "under way and no console is open", rank: 0),
            DialogBox.Line("s", "stop: nothing starts any more until an engine runs again; what", rank: 0),
            DialogBox.Line("", "devices were told already they finish", rank: 0),
            DialogBox.Line("Esc", "stay here", rank: 0),
        ]
    }
}
