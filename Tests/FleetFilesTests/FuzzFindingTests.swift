import FleetCore
import FleetFiles
import Testing

/// What fuzzing found in the readers of files. `Tests/Fuzz/Corpus` keeps the inputs; here stands what is said now.
struct FuzzFindingTests {
    private func lines(update: String) throws -> [String] { try FleetFixture.lines(["updates/u.yaml": update]) }

    /// A line end of two characters is one Character: lines were taken for one, and every place looked for in it failed.
    @Test func linesThatEndAsOnWindows() throws {
        let windows = FleetFixture.update.replacing("\n", with: "\r\n")
        #expect(try lines(update: windows + "\r\n") == [])
        #expect(
            try lines(update: windows + "\r\nid: v\r\n") == [
                "updates/u.yaml:6:1: duplicate key `id`; keep one of them"
            ])
        #expect(
            try lines(update: windows.replacing("devices: all", with: "devices: 'name = b and statsu = online'")) == [
                "updates/u.yaml:4:24: there is no attribute or tag statsu; "
                    + "did you mean status? If it is a tag, write tag.statsu"
            ])
    }

    @Test(arguments: [("\r", "\\r"), ("\u{85}", "\\u{0085}"), ("\u{2028}", "\\u{2028}"), ("\u{2029}", "\\u{2029}")])
    func lineEndsThatOnlyYAMLKnows(character: String, shown: String) throws {
        let text = FleetFixture.update + "\ntitle: one" + character + "seed: x"
        #expect(
            try lines(update: text) == [
                "updates/u.yaml:6:11: \(shown) ends a line for YAML only; end lines with a line feed"
            ])
    }

    @Test func aFileThatEndsTooEarlyIsWrongAtItsEnd() throws {
        let text = FleetFixture.update + "\nwindow: {"
        #expect(
            try lines(update: text) == [
                "updates/u.yaml:6:10: not YAML: did not find expected node content while parsing a flow node; "
                    + "correct it; quotes around the text often help"
            ])
    }

    /// Behind a flag, which is one character of several scalars, and in a text that goes over two lines.
    @Test(arguments: [
        ("devices: name = 🇩🇪 and statsu = online", "4:24"), ("devices: \"name = 🇩🇪 and statsu = online\"", "4:25"),
        ("devices: region = north\n  and statsu = online", "4:10"), ("devices: &a statsu = online", "4:10"),
        ("devices: !!str \"statsu = online\"", "4:10"),
    ])
    func aMistakeInASelectorHasItsPlace(devices: String, place: String) throws {
        let text = FleetFixture.update.replacing("devices: all", with: devices)
        #expect(
            try lines(update: text) == [
                "updates/u.yaml:\(place): there is no attribute or tag statsu; "
                    + "did you mean status? If it is a tag, write tag.statsu"
            ])
    }

    /// References that the count did not see: a kilobyte of them kept the parser busy for hours.
    @Test(arguments: [":", ":\n\u{feff}", "? "]) func everyReferenceIsCounted(mark: String) throws {
        let references = (0..<13).map { "\"r\($0)\"\(mark)*a" }.joined(separator: ", ")
        let text = mark == "? " ? "{x: &a [x], " + String(repeating: "?*a, ", count: 13) : "{x: &a [x], " + references
        let found = try lines(update: text + "}")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("more than 12 references (*name); write the values out") == true)
    }

    @Test func tagsHaveNamesOfABoundedLength() throws {
        let long = String(repeating: "n", count: 513)
        let json =
            "[{\"id\": \"a\", \"firmware\": \"1\", \"\": true},\n{\"id\": \"b\", \"firmware\": \"1\", \"\(long)\": 1}]"
        #expect(
            try FleetFixture.lines(["devices.json": json]) == [
                "devices.json:1:35: a tag without a name; name it in 1 to 512 bytes",
                "devices.json:2:547: the name of a tag is longer than 512 bytes; name it in 1 to 512 bytes",
            ])
    }

    /// The bytes of an escape that the file's end cuts off were counted as characters.
    @Test func anEscapeThatIsCutOffHasItsPlace() throws {
        #expect(
            try FleetFixture.lines(["devices.json": "[{\"\\ué"]) == [
                "devices.json:1:4: the file ends inside a device; was it copied whole?"
            ])
    }

    /// A NUL ended the name for the system but not for us: another file was looked at.
    @Test func aFileNameHasNoControlCharacters() throws {
        let release =
            "version: 2.4.0\nartifacts:\n  - {file: \"app.bin\\0.sig\", size: 5, sha256: "
            + String(repeating: "0", count: 64) + "}"
        #expect(
            try FleetFixture.lines(["releases/2.4.0.yaml": release, "releases/app.bin": "hello"]) == [
                "releases/2.4.0.yaml:3:12: `app.bin\\0.sig` is not a file name; "
                    + "name a file next to this one, without folders"
            ])
    }
}
