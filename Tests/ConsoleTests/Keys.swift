import Cells
import FleetEngine

@testable import Console

/// Presses a key.
@discardableResult
func press(
    _ key: Key, _ state: inout ConsoleState, _ view: FleetView, isPasted: Bool = false
) -> [ConsoleEffect] {
    ConsoleUpdate.handle(KeyEvent(key, isPasted: isPasted), state: &state, view: view)
}

/// Presses a key by its text.
@discardableResult
func press(_ text: String, _ state: inout ConsoleState, _ view: FleetView) -> [ConsoleEffect] {
    guard let key = KeyText.key(text) else { return [] }
    return press(key, &state, view)
}

/// Types a text, character by character.
@discardableResult
func type(
    _ text: String, _ state: inout ConsoleState, _ view: FleetView, isPasted: Bool = false
) -> [ConsoleEffect] {
    text.flatMap { press(.character($0), &state, view, isPasted: isPasted) }
}

/// Keys that came in one piece, as a session hands them on.
func deliver(_ keys: [KeyEvent], _ state: inout ConsoleState, _ view: FleetView) {
    for key in keys {
        let typed = ConsoleUpdate.asTyped(key, among: keys, state: state)
        _ = ConsoleUpdate.handle(typed, state: &state, view: view)
    }
}
