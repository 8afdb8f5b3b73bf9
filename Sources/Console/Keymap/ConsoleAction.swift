/// What a key can do. The raw value is the action's name in the configuration and in `:` commands.
public enum ConsoleAction: String, CaseIterable, Sendable {
    // Moving about.
    case up, down, left, right, top, bottom
    case pageUp = "page-up"
    case pageDown = "page-down"
    case halfPageUp = "half-page-up"
    case halfPageDown = "half-page-down"
    case nextPane = "next-pane"
    case previousPane = "previous-pane"
    case pane1 = "pane-1"
    case pane2 = "pane-2"
    case pane3 = "pane-3"
    case pane4 = "pane-4"
    case pane5 = "pane-5"
    case open, back

    // Lists.
    case filter
    case nextMatch = "next-match"
    case previousMatch = "previous-match"
    case sortNext = "sort-next"
    case sortPrevious = "sort-previous"
    case mark
    case markRange = "mark-range"

    // Commands to the engine.
    case pause, resume, rollback, cancel, approve, retry, start

    // Screens.
    case updates, detail, queue, events, help, command

    // The display.
    case freeze
    case timeZone = "time-zone"
    case theme, copy, export, acknowledge

    // The program.
    case suspend, quit

    /// Whether it asks the engine to do something, which a read-only console may not.
    public var isCommand: Bool {
        switch self {
        case .pause, .resume, .rollback, .cancel, .approve, .retry, .start: true
        default: false
        }
    }

    /// The keys of the design.
    var defaultKeys: [String] {
        switch self {
        case .up: ["up", "k"]
        case .down: ["down", "j"]
        case .left: ["left", "h"]
        case .right: ["right", "l"]
        case .top: ["g", "home"]
        case .bottom: ["G", "end"]
        case .pageUp: ["pgup"]
        case .pageDown: ["pgdn"]
        case .halfPageUp: ["ctrl-u"]
        case .halfPageDown: ["ctrl-d"]
        case .nextPane: ["tab"]
        case .previousPane: ["shift-tab"]
        case .pane1: ["1"]
        case .pane2: ["2"]
        case .pane3: ["3"]
        case .pane4: ["4"]
        case .pane5: ["5"]
        case .open: ["enter"]
        case .back: ["esc"]
        case .filter: ["/"]
        case .nextMatch: ["n"]
        case .previousMatch: ["N"]
        case .sortNext: [">"]
        case .sortPrevious: ["<"]
        case .mark: ["space"]
        case .markRange: ["v"]
        case .pause: ["p"]
        case .resume: ["R"]
        case .rollback: ["B"]
        case .cancel: ["c"]
        case .approve: ["A"]
        case .retry: ["r"]
        case .start: ["s"]
        case .updates: ["u"]
        case .detail: ["d"]
        case .queue: ["w"]
        case .events: ["L"]
        case .help: ["?", "f1"]
        case .command: [":"]
        case .freeze: ["Z"]
        case .timeZone: ["t"]
        case .theme: ["T"]
        case .copy: ["y"]
        case .export: ["e"]
        case .acknowledge: ["a"]
        case .suspend: ["ctrl-z"]
        case .quit: ["q"]
        }
    }
}
