import FleetCore
import FleetEngine

/// What a console has said of others' commands.
struct NewsOfOthers: Hashable, Sendable {
    /// The latest command of somebody else.
    var deed: OperatorDeed?
    /// When it was told, by the clock that `render` is given; nil: it is not told any more.
    var toldAt: Timestamp?
}

/// What others did just now: one line, which goes by itself and takes the place of none.
extension ConsoleUpdate {
    /// How long it stays.
    private static let newsLife = Duration.seconds(20)

    static func hearOfOthers(_ view: FleetView, at now: Timestamp, state: inout ConsoleState) {
        let own = view.ownConsole?.name ?? state.operatorName
        let latest = view.deeds.first { $0.who != own }
        // What was done before this console came is no news.
        guard let news = state.news else {
            state.news = NewsOfOthers(deed: latest)
            return
        }
        let told = news.toldAt == nil ? nil : news.deed.map(line)
        let isShown = told != nil && state.message == told
        if let latest, latest != news.deed {
            let isFree = state.message == nil || isShown
            state.news = NewsOfOthers(deed: latest, toldAt: isFree ? now : nil)
            if isFree { state.message = line(latest) }
        } else if isShown, let toldAt = news.toldAt, now - toldAt >= newsLife {
            state.message = nil
        }
    }

    private static func line(_ deed: OperatorDeed) -> ConsoleMessage {
        ConsoleMessage(.plain, "\(deed.who): \(deed.text)")
    }
}

extension FleetView {
    /// Who else looks on, as what, and what they did last; empty: nobody.
    func others(at now: Timestamp) -> [String] {
        consoles.filter { $0.number != seat }.map { console in
            let rights = console.isReadOnly ? "RO" : console.role?.description ?? "no role"
            let last = deeds.first { $0.who == console.name }
            let deed = last.map { " (\($0.text), \(DurationText.short(now - $0.at)) ago)" } ?? ""
            return "\(console.name) \(rights)\(deed)"
        }
    }
}
