import CNcurses
import Cells

/// Makes keys of what ncurses reads, with pastes marked and bounded, and with sequences nobody knows thrown away.
struct KeyDecoder {
    /// The most keys of one paste; the rest of it is dropped.
    static let pasteLimit = 65_536
    /// The longest sequence that is taken for one.
    static let sequenceLimit = 32

    /// What ncurses reads at once.
    enum Input: Hashable {
        /// A character.
        case scalar(UInt32)
        /// A sequence that it knows, by its code.
        case code(Int32)
    }

    /// Where input comes from; nil: there is none yet.
    typealias Source = () -> Input?

    /// What was read to see whether it belongs to a sequence, and does not: at most two.
    private var ahead: [Input] = []
    private var pasted: Int?

    /// Whether a paste has begun and not ended.
    var isPasting: Bool { pasted != nil }

    /// Ends a paste whose end did not come.
    mutating func endPaste() { pasted = nil }

    /// Everything that is there, up to so many keys, dropped ones counted.
    mutating func read(atMost limit: Int, from source: Source) -> (events: [KeyEvent], count: Int) {
        var events: [KeyEvent] = []
        var count = 0
        while count < limit, let input = next(source) {
            count += 1
            if let key = key(for: input, source) { accept(key, into: &events) }
        }
        return (events, count)
    }

    private mutating func accept(_ key: Key, into events: inout [KeyEvent]) {
        guard let length = pasted else { return events.append(KeyEvent(key)) }
        pasted = length + 1
        if length < Self.pasteLimit { events.append(KeyEvent(key, isPasted: true)) }
    }

    private mutating func next(_ source: Source) -> Input? {
        ahead.isEmpty ? source() : ahead.removeFirst()
    }

    /// The next input if it is a character. A code is left to be read: it may be the mark that begins a paste.
    private mutating func nextScalar(_ source: Source) -> UInt32? {
        guard let input = next(source) else { return nil }
        if case .scalar(let value) = input { return value }
        ahead.insert(input, at: 0)
        return nil
    }

    private mutating func key(for input: Input, _ source: Source) -> Key? {
        switch input {
        case .scalar(27): return escape(source)
        case .scalar(let value): return KeyTable.key(scalar: value)
        case .code(Int32(muster_key_paste_begin)): pasted = 0
        case .code(Int32(muster_key_paste_end)): pasted = nil
        case .code(Int32(muster_key_mouse)): return mouse(source)
        case .code(let code): return KeyTable.key(code: code)
        }
        return nil
    }

    /// Esc alone, or the beginning of a sequence that terminfo does not know: that must not be taken for typed letters.
    private mutating func escape(_ source: Source) -> Key? {
        guard let second = nextScalar(source) else { return .escape }
        guard second == 0x5B || second == 0x4F, let third = nextScalar(source) else {
            ahead.insert(.scalar(second), at: 0)
            return .escape
        }
        skipSequence(from: third, source)
        return nil
    }

    private mutating func skipSequence(from first: UInt32, _ source: Source) {
        var value = first
        for _ in 0..<Self.sequenceLimit where !(0x40...0x7E).contains(value) {
            guard let following = nextScalar(source) else { return }
            value = following
        }
    }

    /// The rest of an SGR mouse report: `button;column;row` and `M` or `m`.
    private mutating func mouse(_ source: Source) -> Key? {
        var text = ""
        for _ in 0..<Self.sequenceLimit {
            guard let value = nextScalar(source), let scalar = Unicode.Scalar(value) else { return nil }
            if scalar == "M" || scalar == "m" { return MouseReport(text, isRelease: scalar == "m")?.key }
            text.unicodeScalars.append(scalar)
        }
        return nil
    }
}
