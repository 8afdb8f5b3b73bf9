import CNcurses
import Cells

/// Keys from ncurses.
final class KeyReader {
    /// The most keys, dropped ones counted, that are read before the program gets a turn.
    static let batchLimit = 8_192
    /// A paste whose end does not come is over after so long without input.
    static let pasteSilence = Duration.seconds(2)

    private let pad: UnsafeMutablePointer<WINDOW>
    private var decoder = KeyDecoder()
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
        endStalePaste()
        let batch = decoder.read(atMost: Self.batchLimit, from: next)
        hasMore = batch.count == Self.batchLimit
        if batch.count > 0 { lastRead = .now }
        return batch
    }

    private func endStalePaste() {
        if decoder.isPasting, ContinuousClock.now - lastRead > Self.pasteSilence { decoder.endPaste() }
    }

    private func next() -> KeyDecoder.Input? {
        var value: UInt32 = 0
        switch muster_read_key(pad, &value) {
        case 1: return .scalar(value)
        case 2: return .code(Int32(value))
        default: return nil
        }
    }
}
