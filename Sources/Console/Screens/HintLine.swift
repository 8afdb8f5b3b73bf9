import Cells
import FleetCore
import FleetEngine

/// The last line: keys that work here and now, the least important left out first.
enum HintLine {
    /// A key with its word.
    struct Hint: Hashable {
        var key: String
        var word: String
        /// 0 stays to the last.
        var rank: Int
    }

    static func draw(_ scene: Scene, on frame: inout Frame) {
        guard let line = scene.layout.hint else { return }
        frame.fill(line, role: Role.text.id)
        var fitted = FittedLine()
        for hint in hints(scene) {
            let runs = [
                TextRun("<\(hint.key)>", role: .key), TextRun(hint.word, role: .text),
            ]
            fitted.left.append(FittedLine.Part(runs, rank: hint.rank, gap: 1))
        }
        fitted.draw(in: line, on: &frame)
    }

    /// What is hinted at, in the order in which it is drawn.
    static func hints(_ scene: Scene) -> [Hint] {
        if let dialog = scene.state.dialog { return dialogHints(dialog, scene) }
        if scene.state.connectingSince != nil { return [Hint(key: scene.key(.quit), word: "quit", rank: 0)] }
        if let input = scene.state.input { return inputHints(input) }
        let available = ConsoleAction.available(on: scene.state.screen, isReadOnly: scene.state.onlyLooksOn)
        return order(scene).filter { available.contains($0.action) }.compactMap { hint in
            guard let key = scene.state.keymap.keyTexts(for: hint.action).first else { return nil }
            return Hint(key: key, word: hint.word ?? hint.action.hint, rank: hint.rank)
        }
    }

    private struct Candidate {
        var action: ConsoleAction
        var rank: Int
        var word: String?

        init(_ action: ConsoleAction, _ rank: Int, _ word: String? = nil) {
            self.action = action
            self.rank = rank
            self.word = word
        }
    }

    private static func order(_ scene: Scene) -> [Candidate] {
        let commands = commandHints(scene)
        switch scene.state.screen {
        case .overview:
            return [Candidate(.open, 1), Candidate(.filter, 3)] + sorting(scene) + [Candidate(.nextPane, 6)]
                + commands + [Candidate(.updates, 5), Candidate(.queue, 9), freezing(scene)]
                + [Candidate(.timeZone, 12), Candidate(.theme, 13), Candidate(.command, 8), Candidate(.help, 0)]
                + [Candidate(.quit, 4)]
        case .update:
            return [Candidate(.nextPane, 6)] + commands
                + [
                    Candidate(.queue, 7), Candidate(.events, 8, "log"), Candidate(.copy, 9), Candidate(.back, 1),
                    Candidate(.help, 0),
                ]
        case .device, .queue, .events:
            return [Candidate(.open, 3)] + commands + [
                Candidate(.copy, 6), Candidate(.timeZone, 7), Candidate(.back, 1), Candidate(.help, 0),
            ]
        case .updates:
            return [Candidate(.open, 2, "show")] + commands + [Candidate(.back, 1), Candidate(.help, 0)]
        case .help: return [Candidate(.down, 3, "scroll"), Candidate(.back, 1), Candidate(.quit, 2, "close")]
        }
    }

    /// What shows a frozen display live again is never left out.
    private static func freezing(_ scene: Scene) -> Candidate {
        scene.state.frozen == nil ? Candidate(.freeze, 11) : Candidate(.freeze, 0, "live")
    }

    private static func sorting(_ scene: Scene) -> [Candidate] {
        guard scene.state.focusedPane == .devices else { return [] }
        return [Candidate(.mark, 10), Candidate(.sortNext, 10)]
    }

    /// Commands that make sense as the update stands on the screen: beside a display that is frozen stand none that only what
    /// is behind it allows.
    private static func commandHints(_ scene: Scene) -> [Candidate] {
        var hints: [Candidate] = []
        if !scene.state.openAlerts(in: scene.view).isEmpty { hints.append(Candidate(.acknowledge, 7)) }
        let candidates = [
            Candidate(.start, 1), Candidate(.pause, 1), Candidate(.resume, 1), Candidate(.approve, 1),
            Candidate(.rollback, 2), Candidate(.cancel, 7), Candidate(.retry, 3),
        ]
        guard scene.live.health == .running else { return hints }
        // Beside a frozen display the keys are of what it shows.
        let offered = ConsoleUpdate.commands(scene.state, scene.view).offered
        return hints + candidates.filter { offered.contains($0.action) }
    }

    private static func inputHints(_ input: InputLine) -> [Hint] {
        let confirm = Hint(key: "enter", word: input.purpose == .filter ? "apply" : "run", rank: 0)
        let cancel = Hint(key: "esc", word: "cancel", rank: 1)
        let clear = Hint(key: "ctrl-u", word: "clear", rank: 3)
        guard input.purpose == .command else { return [confirm, cancel, clear] }
        return [confirm, Hint(key: "tab", word: "complete", rank: 2), cancel, clear]
    }

    private static func dialogHints(_ dialog: ConsoleDialog, _ scene: Scene) -> [Hint] {
        let cancel = Hint(key: "esc", word: "change nothing", rank: 0)
        switch dialog {
        case .yesNo, .device:
            return [Hint(key: "y", word: "yes", rank: 1), Hint(key: "n", word: "no", rank: 2), cancel]
        case .typed(let confirmation):
            let fit = TypedDialog.fit(confirmation, scene)
            let isUnlocked = confirmation.isUnlocked && fit.hidden == 0
            var hints = isUnlocked ? [Hint(key: "enter", word: confirmation.kind.verb, rank: 1)] : []
            if confirmation.offersPause(in: scene.live) { hints.append(Hint(key: "tab", word: "pause first", rank: 2)) }
            if fit.overflow > 0, fit.window > 0 {
                hints.append(Hint(key: "down", word: "more", rank: 2))
            } else if confirmation.lastInList > 0 {
                hints.append(Hint(key: "down", word: "list", rank: 3))
            }
            return hints + [cancel]
        case .quit:
            return [
                Hint(key: "d", word: "detach", rank: 1), Hint(key: "s", word: "stop", rank: 2),
                Hint(key: "esc", word: "stay", rank: 0),
            ]
        case .over: return [Hint(key: "esc", word: "close", rank: 0)]
        }
    }
}
