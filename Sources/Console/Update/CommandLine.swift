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
            if !rest.isEmpty {
                guard name == .detail else { return fail("write :\(name.usage), with nothing behind it", &state) }
                guard view.updates.contains(where: { $0.id == rest }) else { return fail(noUpdate(rest, view), &state) }
                ConsoleUpdate.focusUpdate(rest, state: &state)
            }
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
        if !rest.isEmpty {
            guard name.argument == .updateAndReason else { return fail(noUpdate(first, view), &state) }
            let isAlone = first.count == rest.count
            if let problem = mistyped(first, isAlone: isAlone, view) { return fail(problem, &state) }
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

    /// What is wrong with the first word of a reason that looks like the id of an update and is none: a command must not
    /// reach the update that is shown because another one's id was mistyped. Nil: it is a word like others.
    private static func mistyped(_ word: String, isAlone: Bool, _ view: FleetView) -> String? {
        let ids = view.updates.map(\.id)
        let near =
            NearMiss.best(of: word, among: ids)
            ?? (isAlone ? ids.first { $0.lowercased().hasPrefix(word.lowercased()) } : nil)
            ?? ids.first { $0.hasSameShape(as: word) }
        guard near != nil || word.contains("/") else { return nil }
        let remedy = near.map { "did you mean \"\($0)\"?" } ?? "u lists the updates."
        return "no update \"\(word)\"; \(remedy) A reason that begins so goes behind the id"
    }

    static func noUpdate(_ id: String, _ view: FleetView) -> String {
        let near = NearMiss.best(of: id, among: view.updates.map(\.id))
        return "no update \"\(id)\"; " + (near.map { "did you mean \"\($0)\"?" } ?? "u lists the updates")
    }
}

extension String {
    /// Whether it differs from a word in nothing but the digits: `RO-1042`, `RO-977`. Words without letters have no shape.
    fileprivate func hasSameShape(as word: String) -> Bool {
        guard contains(where: \.isNumber), word.contains(where: \.isLetter) else { return false }
        return shape == word.shape
    }

    /// With `#` for each number.
    private var shape: String {
        reduce(into: "") { shape, character in
            guard character.isNumber else { return shape.append(contentsOf: character.lowercased()) }
            if shape.last != "#" { shape.append("#") }
        }
    }
}
