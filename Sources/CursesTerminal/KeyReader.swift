import CNcurses
import Cells

/// Keys from ncurses, with pastes marked and bounded, and with sequences nobody knows thrown away.
final class KeyReader {
    /// The most keys of one paste; the rest of it is dropped.
    static let pasteLimit = 65_536
    /// The most keys, dropped ones counted, that are read before the program gets a turn.
    static let batchLimit = 8_192
    /// The longest sequence that is taken for one.
    static let sequenceLimit = 32
    /// A paste whose end does not come is over after so long without input.
    static let pasteSilence = Duration.seconds(2)

    private let pad: UnsafeMutablePointer<WINDOW>
    private var ahead: [UInt32] = []
    private var pasted: Int?
    private var lastRead = ContinuousClock.now

    /// Whether the last batch ended before the input did.
    private(set) var hasMore = false

    /// Makes a reader for the current screen; nil where ncurses has no memory for its pad.
    init?() {
        // Reading a key from the screen itself would repaint it.
        guard let pad = newpad(1, 1) else { return nil }
        self.pad = pad
        keypad(pad, true)
        nodelay(pad, true)
        for (sequence, code) in KeyTable.sequences where key_defined(sequence) == 0 { define_key(sequence, code) }
        for (sequence, code) in KeyTable.ownSequences { define_key(sequence, code) }
    }

    deinit {
        delwin(pad)
    }

    /// Everything that was typed so far, up to `batchLimit` keys.
    func read() -> (events: [KeyEvent], count: Int) {
        var events: [KeyEvent] = []
        var count = 0
        endStalePaste()
        while count < Self.batchLimit, let input = next() {
            count += 1
            if let key = key(for: input) { accept(key, into: &events) }
        }
        hasMore = count == Self.batchLimit
        if count > 0 { lastRead = .now }
        return (events, count)
    }

    private func accept(_ key: Key, into events: inout [KeyEvent]) {
        guard let length = pasted else { return events.append(KeyEvent(key)) }
        pasted = length + 1
        if length < Self.pasteLimit { events.append(KeyEvent(key, isPasted: true)) }
    }

    private func endStalePaste() {
        if pasted != nil, ContinuousClock.now - lastRead > Self.pasteSilence { pasted = nil }
    }

    // MARK: - Decoding

    private enum Input {
        case scalar(UInt32)
        case code(Int32)
    }

    private func next() -> Input? {
        if !ahead.isEmpty { return .scalar(ahead.removeFirst()) }
        var value: UInt32 = 0
        switch muster_read_key(pad, &value) {
        case 1: return .scalar(value)
        case 2: return .code(Int32(value))
        default: return nil
        }
    }

    private func key(for input: Input) -> Key? {
        switch input {
        case .scalar(27): return escape()
        case .scalar(let value): return KeyTable.key(scalar: value)
        case .code(Int32(muster_key_paste_begin)): pasted = 0
        case .code(Int32(muster_key_paste_end)): pasted = nil
        case .code(Int32(muster_key_mouse)): return mouse()
        case .code(let code): return KeyTable.key(code: code)
        }
        return nil
    }

    /// Esc alone, or the beginning of a sequence that terminfo does not know: that must not be taken for typed letters.
    private func escape() -> Key? {
        guard case .scalar(let second)? = next() else { return .escape }
        guard second == 0x5B || second == 0x4F, case .scalar(let third)? = next() else {
            ahead.insert(second, at: 0)
            return .escape
        }
        skipSequence(from: third)
        return nil
    }

    private func skipSequence(from first: UInt32) {
        var value = first
        for _ in 0..<Self.sequenceLimit where !(0x40...0x7E).contains(value) {
            guard case .scalar(let following)? = next() else { return }
            value = following
        }
    }

    /// The rest of an SGR mouse report: `button;column;row` and `M` or `m`.
    private func mouse() -> Key? {
        var text = ""
        for _ in 0..<Self.sequenceLimit {
            guard case .scalar(let value)? = next(), let scalar = Unicode.Scalar(value) else { return nil }
            if scalar == "M" || scalar == "m" { return MouseReport(text, isRelease: scalar == "m")?.key }
            text.unicodeScalars.append(scalar)
        }
        return nil
    }
}

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
