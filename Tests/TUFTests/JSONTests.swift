import Testing

@testable import TUF

@Suite struct JSONTests {
    static func read(_ text: String) throws -> JSONValue { try JSONValue(bytes: Array(text.utf8)) }

    @Test(arguments: [
        "", " ", "{", "[1", "{\"a\":1", "{\"a\"}", "{a:1}", "[1,]", "{\"a\":1,}", "nul", "tru", "truth", "1 2", "{} x",
        "1.0", "1e3", "1E3", "01", "-0", "-", "+1", "9223372036854775808", "-9223372036854775809",
        "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "'a'", "NaN",
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"\\u00e9\":1,\"e\\u0301\":2}", "\u{FEFF}{}",
    ])
    func whatIsNotOneValueIsRefused(text: String) {
        #expect(throws: JSONFault.self) { try Self.read(text) }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            #expect(throws: JSONFault(offset: 0, reason: "this text is not UTF-8")) { try JSONValue(bytes: bytes) }
        }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try Self.read(nested(64))
        #expect(throws: JSONFault(offset: 64, reason: "deeper than 64 levels")) { try Self.read(nested(65)) }
        #expect(throws: JSONFault.self) { try Self.read(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONFault.self) { try Self.read(String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    @Test func valuesAreRead() throws {
        let text = " { \"a\" : [ 1 , -5, 9223372036854775807, -9223372036854775808, true, false, null ], \"\": \"\" } "
        let expected: JSONValue = [
            "a": [1, -5, .integer(.max), .integer(.min), true, false, .null], "": "",
        ]
        #expect(try Self.read(text) == expected)
        #expect(try Self.read(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#) == .string("\"\\/\u{8}\u{C}\n\r\té😀"))
    }

    @Test func canonicalFormSortsByCodePointsAndEscapesTwoCharactersOnly() throws {
        let value: JSONValue = [
            "b": [1, -2, true, .null], "a\"\\\n": "é\u{7F}", "\u{10000}": 1, "\u{FF5E}": 2, "Z": [],
        ]
        let canonical = String(decoding: value.canonicalBytes, as: UTF8.self)
        let expected = "{\"Z\":[],\"a\\\"\\\\\n\":\"é\u{7F}\",\"b\":[1,-2,true,null],\"\u{FF5E}\":2,\"\u{10000}\":1}"
        #expect(canonical == expected)
    }

    @Test func whatIsWrittenReadsTheSame() throws {
        let value: JSONValue = ["a": "line\nbreak\u{1}\u{1F}", "b": ["c": [.integer(.min), "é", "\"\\"]]]
        #expect(try JSONValue(bytes: value.bytes) == value)
    }
}
