import FleetCore

/// What a key asks of the world. The console itself changes nothing but its state.
public enum ConsoleEffect: Hashable, Sendable {
    /// Ask this of the engine, for this reason (may be empty); its answer comes back by `ConsoleUpdate.replied`.
    case send(Command, reason: String)
    /// Leave; an engine that this console runs ends with it.
    case quit
    /// Leave, and let the engine that this console runs go on.
    case detach
    /// Give the terminal back to the shell until it is continued.
    case suspend
    /// Put this text into the operator's clipboard.
    case copy(String)
    /// Take the theme after this one.
    case cycleTheme(after: String)
    /// Take the theme of this name.
    case setTheme(String)
    /// Write this text, the screen as it is drawn, to a file.
    case export(String)
}
