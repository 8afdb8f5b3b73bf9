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
            moving + panes + [.pane1, .pane2, .pane3, .pane4, .pane5, .open, .back]
                + [.filter, .nextMatch, .previousMatch, .sortNext, .sortPrevious, .mark, .markRange]
                + commands + [.updates, .detail, .queue, .events, .copy, .export] + everywhere
        case .update: moving + panes + [.back] + commands + [.updates, .queue, .events, .copy] + everywhere
        case .device: moving + [.back, .pause, .resume, .detail, .queue, .events, .copy] + everywhere
        case .queue: moving + [.open, .back, .pause, .resume, .detail, .events, .copy] + everywhere
        case .updates: moving + [.open, .back] + commands + [.queue, .events, .copy] + everywhere
        case .events: moving + [.back, .pause, .resume, .detail, .queue, .updates] + everywhere
        case .help: moving + [.back, .help, .suspend, .quit]
        }
    }
}
