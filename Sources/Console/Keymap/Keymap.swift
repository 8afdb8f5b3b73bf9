import Cells
import FleetCore

/// What is wrong with a configured binding. The binding is left out; the others hold.
public struct KeymapProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What to do.
    public var remedy: String

    /// The message with its remedy.
    public var description: String { "\(message); \(remedy)" }
}

/// Which key does what. An action may have several keys; a key has one action.
public struct Keymap: Hashable, Sendable {
    /// An action with the keys that the configuration gives it instead of the default ones.
    public struct Override: Hashable, Sendable {
        /// The action's name.
        public var action: String
        /// Its keys, as texts.
        public var keys: [String]

        /// These keys, as texts such as `ctrl-d`, for the action of this name.
        public init(action: String, keys: [String]) {
            self.action = action
            self.keys = keys
        }
    }

    /// What was wrong with the overrides.
    public private(set) var problems: [KeymapProblem] = []
    private var keys: [[Key]]
    private var actions: [Key: ConsoleAction] = [:]

    /// The keys of the design, with these overrides.
    public init(overrides: [Override] = []) {
        keys = Array(repeating: [], count: ConsoleAction.allCases.count)
        var overridden: [ConsoleAction: [String]] = [:]
        for override in overrides {
            guard let action = ConsoleAction(rawValue: override.action) else {
                problems.append(.unknown(action: override.action))
                continue
            }
            overridden[action] = override.keys
        }
        for action in ConsoleAction.allCases {
            guard let texts = overridden[action] else { continue }
            for text in texts { bind(text, to: action) }
        }
        for action in ConsoleAction.allCases where overridden[action] == nil {
            for text in action.defaultKeys { bindDefault(text, to: action) }
        }
    }

    /// What a key does; nil if nothing.
    public func action(for key: Key) -> ConsoleAction? { actions[key] }

    /// The texts of the keys of an action, the first the one to name in hints; empty if it has none.
    public func keyTexts(for action: ConsoleAction) -> [String] { keys[action.index].compactMap(KeyText.text) }

    private mutating func bind(_ text: String, to action: ConsoleAction) {
        guard let key = KeyText.key(text) else { return problems.append(.unreadable(key: text, action: action)) }
        if case .control(let character) = key, action.isCommand || character == "c" {
            return problems.append(.control(key: text, action: action))
        }
        if let other = actions[key] { return problems.append(.taken(key: text, by: other, wanted: action)) }
        actions[key] = action
        keys[action.index].append(key)
    }

    /// A key that the configuration gave away is no longer a default key of another action.
    private mutating func bindDefault(_ text: String, to action: ConsoleAction) {
        guard let key = KeyText.key(text) else { return }
        if let other = actions[key] {
            if keys[action.index].isEmpty, action.defaultKeys.count == 1 {
                problems.append(.lost(key: text, to: other, action: action))
            }
            return
        }
        actions[key] = action
        keys[action.index].append(key)
    }
}

extension ConsoleAction {
    /// Its place in `allCases`.
    fileprivate var index: Int { ConsoleAction.allCases.firstIndex(of: self) ?? 0 }
}

extension KeymapProblem {
    fileprivate static func unknown(action: String) -> KeymapProblem {
        let near = NearMiss.best(of: action, among: ConsoleAction.allCases.map(\.rawValue))
        return KeymapProblem(
            message: "keys: no action is named \"\(action)\"",
            remedy: near.map { "did you mean \"\($0)\"?" } ?? "the help names every action")
    }

    fileprivate static func unreadable(key: String, action: ConsoleAction) -> KeymapProblem {
        KeymapProblem(
            message: "keys: \"\(key)\" for \(action.rawValue) is no key",
            remedy: "write one character, or such as ctrl-d, f5, enter, space, pgup")
    }

    fileprivate static func control(key: String, action: ConsoleAction) -> KeymapProblem {
        KeymapProblem(
            message: "keys: \(key) cannot be bound to \(action.rawValue)",
            remedy: "control keys never give a command and ctrl-c never does anything; choose another key")
    }

    fileprivate static func taken(key: String, by other: ConsoleAction, wanted: ConsoleAction) -> KeymapProblem {
        KeymapProblem(
            message: "keys: \"\(key)\" is bound to both \(other.rawValue) and \(wanted.rawValue)",
            remedy: "it does \(other.rawValue); give \(wanted.rawValue) another key")
    }

    fileprivate static func lost(key: String, to other: ConsoleAction, action: ConsoleAction) -> KeymapProblem {
        KeymapProblem(
            message: "keys: \(action.rawValue) has no key, since \"\(key)\" now does \(other.rawValue)",
            remedy: "give \(action.rawValue) another key")
    }
}
