import Synchronization

/// A gate in front of the engine's inbox: while it is closed calls wait at it, so that a test says when they are
/// answered.
final class CallGate: Sendable {
    private struct State {
        var isOpen: Bool
        var waiting: [@Sendable () -> Bool] = []
    }

    private let state: Mutex<State>

    init(isOpen: Bool) { state = Mutex(State(isOpen: isOpen)) }

    /// Calls that wait.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Lets a call through, or has it wait.
    func enter(_ call: @escaping @Sendable () -> Bool) -> Bool {
        let mayPass = state.withLock { state in
            if !state.isOpen { state.waiting.append(call) }
            return state.isOpen
        }
        return mayPass ? call() : true
    }

    /// Lets those through that wait, and all that come.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for call in waiting { _ = call() }
    }
}
