import FleetCore
import Testing

@Suite struct SelectorParsingTests {
    typealias Expression = SelectorExpression

    static func compare(_ attribute: SelectorAttribute, _ sign: SelectorOperator, _ values: SelectorValue...)
        -> Expression
    {
        .comparison(attribute, sign, values)
    }

    static let a = compare(.tag("a"), .equal, .text("1"))
    static let b = compare(.tag("b"), .equal, .text("2"))
    static let c = compare(.tag("c"), .equal, .text("3"))
    static let day7 = SelectorValue.duration(.days(7))

    static let meanings: [(String, Expression)] = [
        ("all", .all), ("  ALL\n", .all), ("(all)", .all), ("not all", .not(.all)),
        (
            "region = northeast and firmware < 2.2.0 and status = online",
            .and(
                .and(
                    compare(.region, .equal, .text("northeast")),
                    compare(.firmware, .less, .version(Version(2, 2, 0)))),
                compare(.status, .equal, .status(.online)))
        ),
        ("status != online", compare(.status, .notEqual, .status(.online))),
        ("STATUS == Offline", compare(.status, .equal, .status(.offline))),
        ("status in (offline, unknown)", compare(.status, .isIn, .status(.offline), .status(.unknown))),
        ("lifecycle not in (decommissioned)", compare(.lifecycle, .isNotIn, .lifecycle(.decommissioned))),
        ("region in (west, \"north west\")", compare(.region, .isIn, .text("west"), .text("north west"))),
        ("region Not In (west)", compare(.region, .isNotIn, .text("west"))),
        ("not (type = flagship)", .not(compare(.tag("type"), .equal, .text("flagship")))),
        ("id ~ \"pos-nyc-*\"", compare(.id, .like, .text("pos-nyc-*"))),
        ("id ~ pos-nyc-*", compare(.id, .like, .text("pos-nyc-*"))),
        ("name !~ '*test*'", .not(compare(.name, .like, .text("*test*")))),
        ("unseen > 7d", compare(.unseen, .greater, day7)), ("unseen>=7d", compare(.unseen, .greaterOrEqual, day7)),
        (
            "unseen < 7d 12h 30m 45s and all",
            .and(compare(.unseen, .less, .duration(.seconds(7 * 86_400 + 45_045))), .all)
        ),
        ("unseen <= \"1h30m\"", compare(.unseen, .lessOrEqual, .duration(.minutes(90)))),
        ("tag.priority = high", compare(.tag("priority"), .equal, .text("high"))),
        ("TAG.Priority = high", compare(.tag("Priority"), .equal, .text("high"))),
        ("tag.\"store id\" = '7'", compare(.tag("store id"), .equal, .text("7"))),
        ("tag.region = x", compare(.tag("region"), .equal, .text("x"))),
        ("tag.regoin = x", compare(.tag("regoin"), .equal, .text("x"))),
        ("firmware = 2.3", compare(.firmware, .equal, .version(Version(2, 3, 0)))),
        ("firmware >= v2.3-rc.1", compare(.firmware, .greaterOrEqual, .version(Version(2, 3, 0, prerelease: "rc.1")))),
        ("timezone = America/New_York", compare(.timeZone, .equal, .text("America/New_York"))),
        (
            "time-zone = x or time_zone = y",
            .or(compare(.timeZone, .equal, .text("x")), compare(.timeZone, .equal, .text("y")))
        ),
        ("address ~ https://*:8443", compare(.address, .like, .text("https://*:8443"))),
        ("site = \"\"", compare(.site, .equal, .text(""))), ("site = all", compare(.site, .equal, .text("all"))),
        ("site = 'and'", compare(.site, .equal, .text("and"))), ("site=a", compare(.site, .equal, .text("a"))),
        ("location = \"New York, NY\"", compare(.location, .equal, .text("New York, NY"))),
        (#"name = "a\"b\\c\'\n\t""#, compare(.name, .equal, .text("a\"b\\c'\n\t"))),
        ("name = 'say \"x\"'", compare(.name, .equal, .text("say \"x\""))),
        ("name = Zürich", compare(.name, .equal, .text("Zürich"))),
        ("name\u{A0}=\u{2003}x", compare(.name, .equal, .text("x"))),
        // And binds more tightly than or, not more tightly than both; the same ones join from the left.
        ("a=1 or b=2 and c=3", .or(a, .and(b, c))), ("a=1 and b=2 or c=3", .or(.and(a, b), c)),
        ("(a=1 or b=2) and c=3", .and(.or(a, b), c)), ("a=1 or b=2 or c=3", .or(.or(a, b), c)),
        ("not a=1 and b=2", .and(.not(a), b)), ("not not a=1", .not(.not(a))),
        ("NOT(a=1 AND b=2)OR c=3", .or(.not(.and(a, b)), c)),
    ]

    @Test(arguments: meanings)
    func meaning(_ row: (text: String, expression: Expression)) throws {
        let selector = try Selector(parsing: row.text)
        #expect(selector.expression == row.expression)
        #expect(try Selector(parsing: selector.source) == selector)
    }

    @Test func theSourceIsKeptWithoutTheSpacesAroundIt() throws {
        #expect(try Selector(parsing: "  region =  west \n").source == "region =  west")
        #expect(try Selector(parsing: "all") == .all)
    }

    static let mistakes: [(String, column: Int, String, String)] = [
        ("", 1, "the selector is empty", "write all for every device"),
        ("  ", 3, "the selector is empty", "write all for every device"),
        ("regoin = west", 1, "there is no attribute regoin", "did you mean region? If it is a tag, write tag.regoin"),
        (
            "all and firmwre = 2.3", 9, "there is no attribute firmwre",
            "did you mean firmware? If it is a tag, write tag.firmwre"
        ),
        (
            "region = north east", 16, "expected and, or, or the end, found east",
            "put a value of several words in quotes, \"north east\", or join comparisons with and, or"
        ),
        (
            "(region = north east)", 17, "expected and, or, or ), found east",
            "put a value of several words in quotes, \"north east\", or join comparisons with and, or"
        ),
        ("a = 1 adn b = 2", 7, "expected and, or, or the end, found adn", "did you mean and?"),
        ("a = \"1\" b = 2", 9, "expected and, or, or the end, found b", "join comparisons with and, or"),
        ("all all", 5, "expected and, or, or the end, found all", "join comparisons with and, or"),
        (
            "status = onlin", 10, "there is no status onlin",
            "did you mean online? it is one of unknown, online, offline"
        ),
        ("status in (online, x)", 20, "there is no status x", "it is one of unknown, online, offline"),
        ("lifecycle = retired", 13, "there is no lifecycle retired", "it is one of registered, active, decommissioned"),
        ("status < online", 8, "status is one of a few words", "compare it with =, != or in"),
        ("status ~ on*", 8, "status is one of a few words", "compare it with =, != or in"),
        (
            "region < west", 8, "region is text, and < compares versions and times",
            "compare it with =, !=, ~ or in; versions are compared by firmware"
        ),
        (
            "version >= 2.3", 9, "tag.version is text, and >= compares versions and times",
            "compare it with =, !=, ~ or in; versions are compared by firmware"
        ),
        (
            "firmware ~ 2.3.*", 10, "firmware is compared as a version, not as text",
            "write firmware >= 2.3.0 and firmware < 2.4.0"
        ),
        ("firmware = latest", 12, "latest is no version", "write numbers with points, such as 2.3.1"),
        ("firmware in (2.3, 1.2.3.4)", 19, "1.2.3.4 is no version", "write numbers with points, such as 2.3.1"),
        ("unseen = 7d", 8, "unseen is a length of time", "compare it with >, >=, < or <=, such as unseen > 7d"),
        ("unseen not in (7d)", 8, "unseen is a length of time", "compare it with >, >=, < or <=, such as unseen > 7d"),
        ("unseen > 7", 10, "7 is no length of time", "write a number and d, h, m or s, such as 7d or 1h30m"),
        ("unseen > 7 days", 10, "7 is no length of time", "write a number and d, h, m or s, such as 7d or 1h30m"),
        (
            "unseen > 12h 7d", 14, "expected and, or, or the end, found 7d",
            "put a value of several words in quotes, \"12h 7d\", or join comparisons with and, or"
        ),
        (
            "region", 7, "expected a comparison after region, found the end",
            "write one of =, !=, <, <=, >, >=, ~, in, not in, such as region = value"
        ),
        (
            "region west", 8, "expected a comparison after region, found west",
            "write one of =, !=, <, <=, >, >=, ~, in, not in, such as region = value"
        ),
        ("alll", 1, "there is no comparison after alll", "did you mean all?"),
        ("region =", 9, "expected a value, found the end", "write a value, such as west or \"north west\""),
        ("status =", 9, "expected a value, found the end", "write a value, such as online"),
        ("region = and", 10, "expected a value, found and", "if it is the value, write \"and\""),
        ("region = (west)", 10, "expected a value, found (", "write a value, such as west or \"north west\""),
        ("region in west", 11, "expected ( after in, found west", "write in (a, b)"),
        ("region in ()", 12, "expected a value, found )", "write a value, such as west or \"north west\""),
        ("region in (west,)", 17, "expected a value, found )", "write a value, such as west or \"north west\""),
        ("region in (west east)", 17, "expected , or ) in the list, found east", "separate values with commas"),
        ("region in (west", 11, "this ( is not closed", "add ) after the last value"),
        ("region not = west", 12, "expected in after not, found =", "write not in (a, b)"),
        ("(region = west", 1, "this ( is not closed", "add ) at the end"),
        ("region = west)", 14, "this ) closes nothing", "take it out, or open a bracket before"),
        ("()", 2, "expected a comparison, found )", "write all, or an attribute and a value, such as region = west"),
        (
            "and a = 1", 1, "expected a comparison, found and",
            "write all, or an attribute and a value, such as region = west"
        ),
        (
            "a = 1 and", 10, "expected a comparison, found the end",
            "write all, or an attribute and a value, such as region = west"
        ),
        (
            "not", 4, "expected a comparison, found the end",
            "write all, or an attribute and a value, such as region = west"
        ),
        (
            "\"region\" = west", 1, "expected the name of an attribute, found \"region\"",
            "a tag whose name needs quotes is written tag.\"region\""
        ),
        ("tag. = x", 1, "expected the name of a tag after tag.", "write tag.name = value"),
        ("tag. \"x\" = x", 1, "expected the name of a tag after tag.", "write tag.name = value"),
        ("!(a = 1)", 1, "! has no meaning here", "write not"),
        ("a = 1 && b = 2", 7, "& has no meaning here", "write and"),
        ("a = 1 | b = 2", 7, "| has no meaning here", "write or"),
        ("a <> 1", 3, "there is no comparison <>", "write !="), ("a => 1", 3, "there is no comparison =>", "write >="),
        ("a =~ 1", 3, "there is no comparison =~", "write ~"), ("a ! 1", 3, "there is no comparison !", "write !="),
        ("a <<< 1", 3, "there is no comparison <<<", "write one of =, !=, <, <=, >, >=, ~, in, not in"),
        ("a = “x”", 5, "“ has no meaning here", "use plain quotes, \" or '"),
        (
            "name = Zürich é", 15, "expected and, or, or the end, found é",
            "put a value of several words in quotes, \"Zürich é\", or join comparisons with and, or"
        ),
        ("a = \"x", 5, "the text in quotes does not end", "close it with \""),
        ("a = 'x", 5, "the text in quotes does not end", "close it with '"),
        (#"a = "x\q""#, 7, #"\q is no escape"#, #"write \\ for a backslash, or \" \' \n \t"#),
        (#"a = "\"#, 6, #"\ is no escape"#, #"write \\ for a backslash, or \" \' \n \t"#),
        ("a = \u{1B}[31m", 5, "\\u{1B} has no meaning here", "take it out, or put the value it belongs to in quotes"),
        (
            "status = \"\u{202E}\u{7}x\"", 10, "there is no status \"\\u{202E}\\u{07}x\"",
            "it is one of unknown, online, offline"
        ),
    ]

    @Test(arguments: mistakes)
    func mistake(_ row: (text: String, column: Int, message: String, remedy: String)) {
        let offset = String(row.text.prefix(row.column - 1)).utf8.count
        let expected = SelectorError(message: row.message, remedy: row.remedy, offset: offset, column: row.column)
        #expect(throws: expected) { try Selector(parsing: row.text) }
        #expect(expected.description == "column \(row.column): \(row.message): \(row.remedy)")
    }

    @Test(arguments: [
        ("side = x", "did you mean site? If it is a tag, write tag.side"),
        ("regoin = x", "did you mean region? If it is a tag, write tag.regoin"),
        ("priorty = x", "did you mean priority? If it is a tag, write tag.priorty"),
        ("colour = x", "if it is a tag, write tag.colour"),
    ])
    func unknownNamesAreMistakesWhereTagsAreKnown(_ row: (text: String, remedy: String)) {
        let word = String(row.text.prefix { $0 != " " })
        let expected = SelectorError(
            message: "there is no attribute or tag \(word)", remedy: row.remedy, offset: 0, column: 1)
        #expect(throws: expected) { try Selector(parsing: row.text, knownTags: ["priority", "type"]) }
        #expect(throws: Never.self) { try Selector(parsing: "tag." + row.text, knownTags: ["priority"]) }
    }

    @Test func knownTagsMayBeNearAttributes() throws {
        let selector = try Selector(parsing: "side = x and type = y", knownTags: ["side", "type"])
        let side = Self.compare(.tag("side"), .equal, .text("x")), type = Self.compare(.tag("type"), .equal, .text("y"))
        #expect(selector.expression == .and(side, type))
    }

    @Test func theBoundsAreExact() throws {
        let most = Selector.deepestNesting
        func nested(_ count: Int) -> String {
            String(repeating: "(", count: count) + "all" + String(repeating: ")", count: count)
        }
        #expect(try Selector(parsing: nested(most)).expression == .all)
        let tooDeep = SelectorError(
            message: "brackets and not are nested deeper than 64", remedy: "take out brackets that do nothing",
            offset: 64, column: 65)
        #expect(throws: tooDeep) { try Selector(parsing: nested(most + 1)) }
        #expect(throws: SelectorError.self) {
            try Selector(parsing: String(repeating: "not ", count: most + 1) + "all")
        }
        // Side by side is not deep.
        #expect(throws: Never.self) { try Selector(parsing: String(repeating: "(not all) or ", count: 300) + "all") }

        let longest = "a = " + String(repeating: "x", count: Selector.longestText - 4)
        #expect(try Selector(parsing: longest).source == longest)
        let tooLong = SelectorError(
            message: "the selector is 4097 bytes long, more than 4096",
            remedy: "name devices by region, site or tag instead of one by one", offset: 0, column: 1)
        #expect(throws: tooLong) { try Selector(parsing: longest + "x") }
    }

    @Test func longWordsAreCutInMessages() {
        let word = String(repeating: "9", count: 3000)
        let cut = String(repeating: "9", count: 40) + "..."
        let expected = SelectorError(
            message: "\(cut) is no version", remedy: "write numbers with points, such as 2.3.1", offset: 11, column: 12)
        #expect(throws: expected) { try Selector(parsing: "firmware = \(word)") }
    }
}
