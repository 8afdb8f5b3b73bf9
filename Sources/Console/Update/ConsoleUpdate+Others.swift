import FleetCore
import FleetEngine

/// What a console has said of others' commands.
struct NewsOfOthers: Hashable, Sendable {
    /// The latest command of somebody else.
    var deed: OperatorDeed?
    /// Whether it is still to be told.
    var isUntold = false
    /// When it was told, by the clock that `render` is given; nil: it is not told any more.
    var toldAt: Timestamp?
}

/// What others did just now: one line, which goes by itself. It waits until what stands there could be read, and no longer:
/// what became of one's own key long ago hides nobody.
extension ConsoleUpdate {
    /// How long it stays.
    private static let newsLife = Duration.seconds(20)
    /// How long what became of one's own key stands at least.
    private static let ownLife = Duration.seconds(5)

    /// Time has passed. `now` is the clock that `render` is given.
    public static func passed(_ view: FleetView, at now: Timestamp, state: inout ConsoleState) {
        guard state.connectingSince == nil else { return }
        hearOfOthers(view, at: now, state: &state)
    }

    /// Whether time alone changes what is shown, so that `passed` is to be called within a second.
    public static func waitsForTime(_ state: ConsoleState) -> Bool {
        if state.connectingSince != nil || !state.unanswered.isEmpty { return true }
        guard let news = state.news else { return false }
        return news.isUntold || isTold(news, state)
    }

    static func hearOfOthers(_ view: FleetView, at now: Timestamp, state: inout ConsoleState) {
        let own = view.ownConsole?.name ?? state.operatorName
        let latest = view.deeds.first { $0.who != own }
        // What was done before this console came is no news.
        guard var news = state.news else {
            state.news = NewsOfOthers(deed: latest)
            return
        }
        if state.shownMessage?.message != state.message {
            state.shownMessage = state.message.map { ShownMessage(message: $0, since: now) }
        }
        let isFree = isTold(news, state) || state.shownMessage.map { now - $0.since >= ownLife } ?? true
        if let latest, latest != news.deed { news = NewsOfOthers(deed: latest, isUntold: true) }
        if news.isUntold, isFree, let deed = news.deed {
            state.message = line(deed)
            news.isUntold = false
            news.toldAt = now
        } else if isTold(news, state), let toldAt = news.toldAt, now - toldAt >= newsLife {
            state.message = nil
            news.toldAt = nil
        }
        state.news = news
    }

    /// Whether the line that is shown tells of it.
    private static func isTold(_ news: NewsOfOthers, _ state: ConsoleState) -> Bool {
        news.toldAt != nil && state.message != nil && state.message == news.deed.map(line)
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
