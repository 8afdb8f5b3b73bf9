import Cells
import FleetCore
import FleetEngine

/// Everything a console knows that the engine does not: where the operator is and what is being typed.
public struct ConsoleState: Hashable, Sendable {
    /// The marks kept at most.
    public static let maximumMarks = 10_000
    /// For how long what was heard of the engine last counts as live. An engine that has nothing to say gives a sign of life
    /// every two seconds; one that is late on a busy machine must not flicker.
    public static let liveSpan = Duration.seconds(5)

    /// The screens, the one shown last. Never empty.
    public internal(set) var screens: [ConsoleScreenKind]
    /// The terminal's size; the caller keeps it true by `ConsoleUpdate.resized`.
    public internal(set) var size: Size
    /// The pane with the focus, by screen.
    var focus: [FocusPlace: Pane] = [:]
    /// The update in focus; nil: the engine chooses.
    public var focusedUpdate: String?
    /// Whether the operator chose it. If not, it gives way to a live one once it has ended.
    var focusWasChosen = false

    // Lists.
    /// The place in the list of devices.
    public var devices = WindowedList()
    var queue = WindowedList()
    /// First rows shown of lists that the view holds whole.
    var scrolls: [Pane: Int] = [:]
    /// The region under the cursor in the pane of regions.
    var selectedRegion: String?
    /// The update under the cursor in the list of updates.
    var selectedUpdate: String?
    /// Marked devices.
    public internal(set) var marks: Set<String> = []
    /// While a range is being marked: each row that the cursor passes is marked.
    var isMarkingRange = false
    /// Which devices the list holds.
    public var filter = DeviceFilter.everything
    /// The filter as it was typed; empty for none.
    var filterText = ""
    /// The region that the list of devices is confined to.
    public var region: String?
    /// The order of the list of devices.
    public var sort = DeviceSort()

    // What stands over the screen.
    /// The question that stands over the screen.
    public internal(set) var dialog: ConsoleDialog?
    /// The revision of the view on which that question rests: the one at which it was opened, or, where something that it
    /// asks about has changed since and must be noted first, that one.
    var dialogBasis: UInt64 = 0
    /// The line that is being typed.
    public internal(set) var input: InputLine?
    /// What became of the last key.
    public internal(set) var message: ConsoleMessage?

    // The display.
    /// The view that stays on the screen while the display is frozen.
    public internal(set) var frozen: FleetView?
    /// In which zone times are shown.
    public var times = TimeDisplay.utc
    /// The name of the theme in use; the caller keeps it true.
    public var themeName: String
    /// The themes there are, for completion.
    public var themeNames: [String] = []
    /// Ids of alerts that the operator has seen.
    var acknowledged: Set<String> = []
    /// How many rows the panes of the last view want, so that the query asks for the rows that fit beside them.
    var shape = ViewShape()
    /// Which key does what.
    public var keymap = Keymap()

    // Who and what.
    /// Who sits at this console.
    public var operatorName: String
    /// Whether commands are refused here, whatever the role.
    public var isReadOnly: Bool
    /// What the engine lets the operator do; nil: nothing.
    public var role: FleetCore.Role? = .admin
    /// What is known of others' commands; nil: no view has come yet.
    var news: NewsOfOthers?
    /// The line that is shown, and since when.
    var shownMessage: ShownMessage?
    /// Whether the engine ends when this console is left.
    public var runsEngine = false
    /// When the console last heard of the engine, by the clock that `render` is given; nil: its age is not shown.
    public var heardAt: Timestamp?

    /// Commands that the engine has not answered, in the order in which they were sent; the caller keeps it true.
    public var unanswered: [UnansweredCommand] = []
    /// Since when the first view is waited for, by the clock that `render` is given; nil: it has come, or was there before.
    public var connectingSince: Timestamp?

    /// The state at the start, on the overview, or on other screens.
    public init(
        operatorName: String, isReadOnly: Bool = false, screens: [ConsoleScreenKind] = [.overview],
        size: Size = Size(columns: 80, rows: 24), themeName: String = "plain"
    ) {
        self.operatorName = operatorName
        self.isReadOnly = isReadOnly
        self.screens = screens.isEmpty ? [.overview] : screens
        self.size = size
        self.themeName = themeName
    }

    /// The screen that is shown.
    public var screen: ConsoleScreenKind { screens.last ?? .overview }

    /// What is drawn: the frozen view if the display is frozen.
    func shown(_ view: FleetView) -> FleetView { frozen ?? view }
}

/// Screens that remember which of their panes has the focus.
enum FocusPlace: Hashable, Sendable { case overview, update }

/// A line that tells the operator what became of a key.
public struct ConsoleMessage: Hashable, Sendable {
    /// How it is drawn.
    public enum Kind: Hashable, Sendable { case done, plain, error }

    /// How it is drawn.
    public var kind: Kind
    /// What it says.
    public var text: String

    /// A line of this kind.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

/// A line on the screen, and since when it has stood there, by the clock that `render` is given.
struct ShownMessage: Hashable, Sendable {
    var message: ConsoleMessage
    var since: Timestamp
}

/// How much the panes of a view hold.
struct ViewShape: Hashable, Sendable {
    /// Rows of the pane of phases, or of what stands in its place.
    var phases = 5
    var regions = 7
    /// Phases of the update in focus.
    var updatePhases = 5
    var hasGate = true
    var causes = 0
    var waiting = 0
    var hasRollback = false
}
