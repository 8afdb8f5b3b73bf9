import FleetEngine

extension CommandLine {
    /// Completions given at most.
    private static let maximumCompletions = 50

    /// What the last word of the line may become.
    static func completions(of text: String, state: ConsoleState, view: FleetView) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let last = words.last, words.count <= 2 else { return [] }
        let candidates = words.count == 1 ? commandWords(state) : arguments(of: words[0], state: state, view: view)
        return Array(candidates.filter { $0.hasPrefix(last) }.prefix(maximumCompletions))
    }

    /// The line with its last word made as long as all candidates agree; nil if that adds nothing.
    static func completed(_ text: String, by candidates: [String]) -> String? {
        guard let first = candidates.first else { return nil }
        var common = first
        for candidate in candidates {
            common = String(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
        }
        let head = text.lastIndex(of: " ").map { String(text[...$0]) } ?? ""
        let completed = head + common + (candidates.count == 1 ? " " : "")
        return completed == text ? nil : completed
    }

    private static func commandWords(_ state: ConsoleState) -> [String] {
        CommandName.allCases.filter { state.may($0) }.map(\.rawValue)
    }

    private static func arguments(of word: String, state: ConsoleState, view: FleetView) -> [String] {
        switch CommandName(rawValue: word)?.argument {
        case .update, .updateAndReason: view.updates.map(\.id)
        case .device: view.devices.rows.map(\.id)
        case .region: ["all"] + view.regions.map(\.name)
        case .sort: DeviceSortKey.allCases.flatMap { [$0.name, "-" + $0.name] }
        case .time: TimeDisplay.allCases.map(\.name)
        case .theme: state.themeNames
        default: []
        }
    }
}
