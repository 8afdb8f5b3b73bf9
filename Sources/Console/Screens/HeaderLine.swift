import Cells
import FleetCore
import FleetEngine

/// The first line: where one is, how the update stands, who one is, how fresh all this is, what time it is.
enum HeaderLine {
    /// Columns of a reason that is as important as where one is.
    private static let longestReason = 32
    /// Columns of the operator's name where there is little room.
    private static let longestName = 8

    static func draw(_ scene: Scene, on frame: inout Frame) {
        var line = FittedLine()
        line.left = place(scene)
        line.right = standing(scene)
        line.draw(in: scene.layout.header, on: &frame)
    }

    private static func place(_ scene: Scene) -> [FittedLine.Part] {
        var parts = [FittedLine.Part(scene.view.fleetName, role: .title, rank: 3, flags: .bold)]
        if let crumb = crumb(scene) {
            parts.append(FittedLine.Part("> \(crumb)", role: .title, rank: 1, gap: 1))
        }
        guard scene.state.showsUpdateInHeader, let update = scene.view.update else { return parts }
        if scene.state.screen == .overview {
            parts.append(FittedLine.Part(update.summary.id, role: .title, rank: 1))
        }
        parts.append(FittedLine.Part(versions(update), role: .text, rank: 7, gap: 1))
        parts.append(badge(update.summary, scene))
        if let why = update.summary.badgeReason {
            // The line below says a long one too: it goes before the phase and the operator's name do.
            let rank = TextWidth.columns(of: why) > longestReason ? 6 : 3
            parts.append(FittedLine.Part(why, role: .held, rank: rank, gap: 1))
        }
        if let phase = phase(update) { parts.append(FittedLine.Part(phase, role: .text, rank: 4, gap: 1)) }
        return parts
    }

    private static func crumb(_ scene: Scene) -> String? {
        switch scene.state.screen {
        case .overview: nil
        case .update: scene.view.update?.summary.id ?? "no update"
        case .device(let id): scene.detail.map { "\(RegionText.shown($0.row.region)) > \(id)" } ?? id
        case .queue: "Queue"
        case .updates: "Updates"
        case .events: "Events"
        case .help: "Help"
        }
    }

    /// `2.1.0>3.0.0`, or with several versions before, `2.0.5..2.3.1>3.0.0`.
    private static func versions(_ update: UpdateView) -> String {
        let before = update.previousVersions
        guard let low = before.min(), let high = before.max() else { return ">\(update.summary.release)" }
        return (low == high ? "\(low)" : "\(low)..\(high)") + ">\(update.summary.release)"
    }

    private static func badge(_ update: UpdateSummary, _ scene: Scene) -> FittedLine.Part {
        let role = update.role
        let glyph = role.hasGlyph ? scene.glyph(role) + " " : ""
        let flags: CellFlags = update.status == .paused ? [.bold, .reverse] : .bold
        return FittedLine.Part(glyph + update.word, role: role, rank: 0, flags: flags)
    }

    private static func phase(_ update: UpdateView) -> String? {
        guard let index = update.currentPhase, update.phases.indices.contains(index) else { return nil }
        return "\(index + 1)/\(update.phases.count) \(update.phases[index].name)"
    }

    private static func standing(_ scene: Scene) -> [FittedLine.Part] {
        var parts: [FittedLine.Part] = []
        let isWide = scene.layout.header.columns >= 110
        // Where there is no room for a name, what one may do and that somebody else is here still stand.
        var name = FittedLine.Part(scene.state.operatorName, role: .dim, rank: 5)
        name.short = shortName(scene.state.operatorName)
        parts.append(name)
        parts.append(FittedLine.Part(scene.state.rightsWord, role: .dim, rank: 3, gap: 1))
        let others = scene.live.consoles.count - 1
        if others > 0 {
            let text = isWide ? NumberText.count(others, "other") : "\(others)"
            parts.append(FittedLine.Part("+\(text)", role: .dim, rank: 3, gap: 1))
        }
        let pace = scene.live.simulationPace.map { " \(NumberText.speed($0)) of" } ?? ""
        let speed = scene.live.simulationSpeed.map { "\(pace) \(NumberText.speed($0))" } ?? ""
        if scene.live.isSimulated || !speed.isEmpty {
            parts.append(FittedLine.Part("DEMO\(speed)", role: .badge, rank: 2, gap: 1, flags: .reverse))
        }
        parts.append(freshness(scene))
        let day = scene.times.day(scene.view.now)
        parts.append(FittedLine.Part(isWide ? day : String(day.suffix(5)), role: .text, rank: 8))
        parts.append(
            FittedLine.Part(scene.times.time(scene.view.now, seconds: isWide), role: .text, rank: 2, gap: 1))
        return parts
    }

    /// `kim` of `kim (ops)`, or as much of a name as a narrow line has room for; nil: it is no longer than that.
    private static func shortName(_ name: String) -> String? {
        let alias = name.split(separator: "(").first.map(String.init)?.trimmed ?? name
        let short = TextWidth.columns(of: alias) > longestName ? TextWidth.fitted(alias, to: longestName) : alias
        return short.isEmpty || short == name ? nil : short
    }

    /// LIVE, or since when it is not.
    private static func freshness(_ scene: Scene) -> FittedLine.Part {
        if scene.live.isAsOfLastFact, scene.live.health == .running, scene.state.frozen == nil {
            return FittedLine.Part("LAST FACT", role: .caution, rank: 0)
        }
        if case .stopped = scene.live.health {
            return FittedLine.Part("STOPPED", role: .error, rank: 0, flags: [.bold, .reverse])
        }
        if scene.state.frozen != nil {
            return FittedLine.Part("FROZEN", role: .caution, rank: 0, flags: [.bold, .reverse])
        }
        guard let heardAt = scene.state.heardAt else { return FittedLine.Part("", role: .dim, rank: 6, gap: 0) }
        let age = scene.now - heardAt
        if age <= ConsoleState.liveSpan { return FittedLine.Part("LIVE", role: .dim, rank: 2) }
        return FittedLine.Part("\(DurationText.short(age)) OLD", role: .caution, rank: 0, flags: .bold)
    }
}

extension ConsoleState {
    /// Screens about the update in focus name it in the header.
    fileprivate var showsUpdateInHeader: Bool {
        switch screen {
        case .overview, .update: true
        default: false
        }
    }
}
