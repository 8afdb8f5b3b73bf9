extension ConsoleAction {
    /// The word in the hint line.
    var hint: String {
        switch self {
        case .pane1, .pane2, .pane3, .pane4, .pane5, .nextPane, .previousPane: "pane"
        case .sortNext, .sortPrevious: "sort"
        case .markRange: "range"
        case .timeZone: "time"
        case .command: "cmd"
        case .acknowledge: "ack"
        case .queue: "waiting"
        case .nextMatch, .previousMatch: "match"
        default: rawValue
        }
    }

    /// What it does, in the help.
    var explanation: String {
        switch self {
        case .up: "up a row"
        case .down: "down a row"
        case .left: "to the pane before"
        case .right: "to the next pane"
        case .top: "to the first row"
        case .bottom: "to the last row"
        case .pageUp: "up a page"
        case .pageDown: "down a page"
        case .halfPageUp: "up half a page"
        case .halfPageDown: "down half a page"
        case .nextPane: "to the next pane"
        case .previousPane: "to the pane before"
        case .pane1: "phases"
        case .pane2: "regions"
        case .pane3: "devices"
        case .pane4: "queue"
        case .pane5: "events"
        case .open: "open what is selected"
        case .back: "back; drops filter, cursor"
        case .filter: "filter: selector or text"
        case .nextMatch: "to the next match"
        case .previousMatch: "to the match before"
        case .sortNext: "sort by the next column"
        case .sortPrevious: "sort by the column before"
        case .mark: "mark the device"
        case .markRange: "mark a range; again: end it"
        default: commandExplanation
        }
    }

    private var commandExplanation: String {
        switch self {
        case .pause: "pause at once: no new starts"
        case .resume: "resume a paused update"
        case .rollback: "roll back, after a preview"
        case .cancel: "cancel; installs finish"
        case .approve: "approve what waits for it"
        case .retry: "try the failed devices again"
        case .start: "start a draft, by preview"
        case .updates: "list of updates"
        case .detail: "the update in detail"
        case .queue: "who waits, and why"
        case .events: "what happened"
        case .help: "this help"
        case .command: "type a command"
        case .freeze: "freeze display, not rollout"
        case .timeZone: "times: UTC, fleet, site"
        case .theme: "next theme"
        case .copy: "copy id, or marked ids"
        case .export: "write screen to a file"
        case .acknowledge: "acknowledge the alert"
        case .suspend: "to the shell; fg comes back"
        case .quit: "quit"
        default: rawValue
        }
    }
}
