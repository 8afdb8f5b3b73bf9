import FleetCore
import FleetEngine

extension CommandLine {
    /// A command that goes somewhere or sets something.
    static func set(
        _ name: CommandName, _ rest: String, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        guard !rest.isEmpty || name == .filter else { return fail("write :\(name.usage)", &state) }
        switch name {
        case .update: return setUpdate(rest, state: &state, view: view)
        case .device, .goto: goto(rest, state: &state)
        case .region: return setRegion(rest, state: &state, view: view)
        case .sort: return setSort(rest, state: &state)
        case .filter: return setFilter(rest, state: &state)
        case .time: return setTimes(rest, state: &state)
        case .theme: return [.setTheme(rest)]
        default: break
        }
        return []
    }

    private static func setUpdate(_ id: String, state: inout ConsoleState, view: FleetView) -> [ConsoleEffect] {
        guard view.updates.contains(where: { $0.id == id }) else { return fail(noUpdate(id, view), &state) }
        ConsoleUpdate.focusUpdate(id, state: &state)
        return []
    }

    private static func goto(_ id: String, state: inout ConsoleState) {
        state.devices.selected = id
        state.devices.pendingPosition = nil
        state.devices.followsSelection = true
        ConsoleUpdate.openDevice(id, state: &state)
    }

    private static func setRegion(_ name: String, state: inout ConsoleState, view: FleetView) -> [ConsoleEffect] {
        let names = view.regions.map(\.name)
        guard name == "all" || names.contains(name) else {
            let near = NearMiss.best(of: name, among: names)
            return fail("no region \"\(name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? ""), &state)
        }
        state.frozen = nil
        state.region = name == "all" ? nil : name
        state.devices.clear()
        return []
    }

    private static func setSort(_ text: String, state: inout ConsoleState) -> [ConsoleEffect] {
        let isReversed = text.hasPrefix("-")
        let word = isReversed ? String(text.dropFirst()) : text
        guard let key = DeviceSortKey.allCases.first(where: { $0.name == word }) else {
            let words = DeviceSortKey.allCases.map(\.name).joined(separator: ", ")
            return fail("no sort key \"\(word)\"; there are \(words)", &state)
        }
        state.frozen = nil
        state.sort = DeviceSort(key, reversed: isReversed)
        return []
    }

    private static func setFilter(_ text: String, state: inout ConsoleState) -> [ConsoleEffect] {
        do {
            try ConsoleUpdate.setFilter(text, state: &state)
            return []
        } catch {
            return fail("filter, \(error)", &state)
        }
    }

    private static func setTimes(_ word: String, state: inout ConsoleState) -> [ConsoleEffect] {
        guard let times = TimeDisplay.allCases.first(where: { $0.name == word }) else {
            return fail("no time display \"\(word)\"; there are utc, fleet, site", &state)
        }
        ConsoleUpdate.setTimes(times, state: &state)
        return []
    }
}
