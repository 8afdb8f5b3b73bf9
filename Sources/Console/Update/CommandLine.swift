import Cells
import FleetCore
import FleetEngine

/// The `:` line: the same actions as by keys, with arguments, under the same confirmations.
enum CommandLine {
    /// Does what the line says.
    static func run(_ text: String, state: inout ConsoleState, view: FleetView) -> [ConsoleEffect] {
        let line = text.trimmed
        guard !line.isEmpty else { return [] }
        let parts = line.split(separator: " ", maxSplits: 1)
        let word = String(parts[0])
        let rest = parts.count > 1 ? String(parts[1]).trimmed : ""
        guard let name = CommandName(rawValue: word) else { return fail(unknown(word), &state) }
        if let objection = state.objection(to: name.rawValue, needing: name.requiredRole) {
            state.message = ConsoleMessage(.error, objection)
            let update = rest.isEmpty ? ConsoleUpdate.target(state: state, view: view) : named(in: rest, view)
            return name.action.map { ConsoleUpdate.attempt($0, update, state: state) } ?? []
        }
        if let kind = name.deviceQuestion { return ask(kind, of: rest, usage: name.usage, state: &state) }
        if name.isCommand { return command(name, rest, state: &state, view: view) }
        if let action = name.action {
            if ConsoleUpdate.changeScreen(by: action, state: &state, view: view) { return [] }
            return ConsoleUpdate.changeDisplay(by: action, state: &state, view: view)
        }
        return set(name, rest, state: &state, view: view)
    }

    private static func unknown(_ word: String) -> String {
        let near = NearMiss.best(of: word, among: CommandName.allCases.map(\.rawValue))
        return "no command \"\(word)\"; " + (near.map { "did you mean \"\($0)\"?" } ?? "tab lists them")
    }

    static func fail(_ text: String, _ state: inout ConsoleState) -> [ConsoleEffect] {
        state.message = ConsoleMessage(.error, text)
        return []
    }

    /// A command about one device asks first, with what is known of the device.
    private static func ask(
        _ kind: DeviceQuestion.Kind, of device: String, usage: String, state: inout ConsoleState
    ) -> [ConsoleEffect] {
        guard !device.isEmpty else { return fail("write :\(usage)", &state) }
        state.frozen = nil
        state.dialog = .device(DeviceQuestion(kind, device: device))
        return []
    }

    /// A command to the engine: on the update that is named, else on the one in focus.
    private static func command(
        _ name: CommandName, _ rest: String, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        guard let action = name.action else { return [] }
        let first = first(of: rest)
        if let named = named(in: rest, view) {
            let reason = String(rest.dropFirst(first.count)).trimmed
            return ConsoleUpdate.command(action, on: named, reason: reason, state: &state, view: view)
        }
        guard rest.isEmpty || name.argument == .updateAndReason else {
            return fail(noUpdate(first, view), &state)
        }
        guard let update = ConsoleUpdate.target(state: state, view: view) else {
            return fail("no update to \(name.rawValue)", &state)
        }
        return ConsoleUpdate.command(action, on: update, reason: rest, state: &state, view: view)
    }

    private static func first(of rest: String) -> String {
        rest.split(separator: " ", maxSplits: 1).first.map(String.init) ?? ""
    }

    /// The update that a line names by its first word.
    private static func named(in rest: String, _ view: FleetView) -> UpdateSummary? {
        let id = first(of: rest)
        return view.updates.first { $0.id == id }
    }

    static func noUpdate(_ id: String, _ view: FleetView) -> String {
        let near = NearMiss.best(of: id, among: view.updates.map(\.id))
        return "no update \"\(id)\"; " + (near.map { "did you mean \"\($0)\"?" } ?? "u lists the updates")
    }
}
