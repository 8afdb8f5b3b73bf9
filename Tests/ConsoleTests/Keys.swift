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
