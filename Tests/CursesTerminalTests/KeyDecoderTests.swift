import CNcurses
import Cells
import Testing

@testable import CursesTerminal

/// What fuzzing found in the decoding of keys: a code behind the beginning of a sequence was lost, and with the mark of a
/// paste its mark, so that pasted text counted as typed and could have confirmed something.
struct KeyDecoderTests {
    private static let begin = KeyDecoder.Input.code(Int32(muster_key_paste_begin))
    private static let end = KeyDecoder.Input.code(Int32(muster_key_paste_end))

    private static func scalars(_ text: String) -> [KeyDecoder.Input] { text.unicodeScalars.map { .scalar($0.value) } }

    private static func events(_ inputs: [KeyDecoder.Input]) -> [KeyEvent] {
        var decoder = KeyDecoder(), rest = inputs[...]
        return decoder.read(atMost: 100) { rest.popFirst() }.events
    }

    @Test(arguments: [
        ("\u{1B}", [KeyEvent(.escape)]), ("\u{1B}[", [KeyEvent(.escape), KeyEvent(.character("["))]),
        ("\u{1B}[12;", []), ("x", [KeyEvent(.character("x"))]),
    ])
    func `a paste behind an unfinished sequence is a paste`(before: String, typed: [KeyEvent]) {
        let inputs = Self.scalars(before) + [Self.begin] + Self.scalars("y") + [Self.end] + Self.scalars("z")
        let pasted = KeyEvent(.character("y"), isPasted: true)
        #expect(Self.events(inputs) == typed + [pasted, KeyEvent(.character("z"))])
    }

    @Test func `a paste behind an unfinished mouse report is a paste`() {
        let mouse = KeyDecoder.Input.code(Int32(muster_key_mouse))
        let inputs = [mouse] + Self.scalars("0;1;") + [Self.begin] + Self.scalars("y")
        #expect(Self.events(inputs) == [KeyEvent(.character("y"), isPasted: true)])
    }

    @Test func `an escape inside a paste does not hide its end`() {
        let inputs = [Self.begin] + Self.scalars("\u{1B}") + [Self.end] + Self.scalars("z")
        #expect(Self.events(inputs) == [KeyEvent(.escape, isPasted: true), KeyEvent(.character("z"))])
    }

    @Test func `an arrow behind escape is an arrow`() {
        #expect(Self.events([.scalar(27), .code(KEY_UP)]) == [KeyEvent(.escape), KeyEvent(.up)])
    }
}
