import Cells

/// A mouse report in the SGR form of xterm, whose places count from 1.
struct MouseReport {
    let key: Key?

    init?(_ text: String, isRelease: Bool) {
        let numbers = text.split(separator: ";").compactMap { Int($0) }
        guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
        let place = (column: numbers[1] - 1, row: numbers[2] - 1)
        let modifiers = 4 | 8 | 16
        let buttons: [Int: MouseEvent.Button] = [0: .left, 1: .middle, 2: .right]
        let kinds: [Int: MouseEvent.Kind] = [64: .wheelUp, 65: .wheelDown]
        let code = numbers[0] & ~modifiers
        if let kind = kinds[code] {
            key = .mouse(MouseEvent(button: .none, column: place.column, row: place.row, kind: kind))
        } else {
            let kind: MouseEvent.Kind = isRelease ? .release : .press
            key = buttons[code].map {
                .mouse(MouseEvent(button: $0, column: place.column, row: place.row, kind: kind))
            }
        }
    }
}
