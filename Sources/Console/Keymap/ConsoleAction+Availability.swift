extension ConsoleAction {
    private static let moving: [ConsoleAction] = [
        .up, .down, .top, .bottom, .pageUp, .pageDown, .halfPageUp, .halfPageDown,
    ]
    private static let panes: [ConsoleAction] = [
        .left, .right, .nextPane, .previousPane,
    ]
    private static let commands: [ConsoleAction] = [.pause, .resume, .rollback, .cancel, .approve, .retry, .start]
    private static let everywhere: [ConsoleAction] = [
        .acknowledge, .freeze, .timeZone, .theme, .command, .help, .suspend, .quit,
    ]

    /// What works on a screen, in the order of the help. The help, the hint line and the keys themselves all ask
    /// here, so that they cannot differ.
    static func available(on screen: ConsoleScreenKind, isReadOnly: Bool) -> [ConsoleAction] {
        onScreen(screen).filter { !isReadOnly || !$0.isCommand }
    }

    private static func onScreen(_ screen: ConsoleScreenKind) -> [ConsoleAction] {
        switch screen {
        case .overview:
            commands + [.open, .back, .filter, .nextMatch, .previousMatch, .sortNext, .sortPrevious, .mark, .markRange]
                + [.updates, .detail, .queue, .events, .copy, .export] + everywhere
                + [.pane1, .pane2, .pane3, .pane4, .pane5] + panes + moving
        case .update: commands + [.back, .updates, .queue, .events, .copy] + everywhere + panes + moving
        case .device: [.pause, .resume, .back, .updates, .detail, .queue, .events, .copy] + everywhere + moving
        case .queue: [.pause, .resume, .open, .back, .updates, .detail, .events, .copy] + everywhere + moving
        case .updates: commands + [.open, .back, .detail, .queue, .events, .copy] + everywhere + moving
        case .events: [.pause, .resume, .back, .updates, .detail, .queue] + everywhere + moving
        case .help: [.back, .help, .suspend, .quit] + moving
        }
    }
}
