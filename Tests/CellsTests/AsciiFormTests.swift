import Cells
import Testing

struct AsciiFormTests {
    @Test(arguments: [
        ("Köln", "Koln"), ("Gare de l’Est", "Gare de l'Est"), ("São Paulo", "Sao Paulo"), ("a…", "a."), ("→", ">"),
        ("漢字", "????"), ("\u{FFFD}", "?"), ("e\u{301}", "e"), ("▁▃█", ".:#"), ("┌─┐", "+-+"), ("plain", "plain"),
    ])
    func `a frame for a terminal without UTF-8 has the nearest characters`(text: String, ascii: String) {
        var frame = Frame(size: Size(columns: 14, rows: 1), fill: RoleID(0))
        frame.write(text, column: 0, row: 0, role: RoleID(4), flags: .underline)
        let converted = frame.ascii()
        #expect(converted.text() == ascii)
        #expect(converted.row(0).map(\.role) == frame.row(0).map(\.role))
        #expect(converted.row(0).map(\.flags) == frame.row(0).map(\.flags))
        #expect(!converted.row(0).contains { $0.isContinuation })
    }
}
