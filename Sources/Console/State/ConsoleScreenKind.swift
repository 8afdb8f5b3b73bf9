/// Which screen is shown.
public enum ConsoleScreenKind: Hashable, Sendable {
    case overview
    /// The update in focus, in detail.
    case update
    /// One device, by id.
    case device(String)
    /// The devices that wait.
    case queue
    /// The updates to choose from.
    case updates
    /// What happened.
    case events
    /// The keys of the screen below it.
    case help
}

/// A part of a screen that can have the focus.
public enum Pane: UInt8, CaseIterable, Hashable, Sendable {
    // The overview, by their numbers.
    case phases = 1
    case regions, devices, queue, events
    // Other screens.
    case gate, causes, waiting, timeline, updates, help
    // Panes that never have the focus.
    case fleet, preview, assignments

    /// The panes of the overview in the order of Tab and of the keys 1 to 5.
    static let overview: [Pane] = [.phases, .regions, .devices, .queue, .events]
    /// The panes of the update's detail that can have the focus.
    static let update: [Pane] = [.phases, .causes, .waiting, .events]
}

/// In which zone times are shown.
public enum TimeDisplay: UInt8, CaseIterable, Hashable, Sendable {
    case utc = 0
    case fleet, site

    /// The word in the header and after `:time`.
    public var name: String {
        switch self {
        case .utc: "utc"
        case .fleet: "fleet"
        case .site: "site"
        }
    }

    /// The next one in turn.
    var next: TimeDisplay {
        switch self {
        case .utc: .fleet
        case .fleet: .site
        case .site: .utc
        }
    }
}
