import FleetFiles
import Testing

/// One bad update and everything that is said of it.
struct BadUpdate: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String
    var lines: [String]

    init(_ name: String, _ text: String, _ lines: String...) {
        self.name = name
        self.text = text
        self.lines = lines
    }

    var testDescription: String { name }
}

struct BadUpdateTests {
    @Test(arguments: keys + gates + phases + windows + strategies + references)
    func everyMistakeIsNamedWithItsPlace(bad: BadUpdate) throws {
        let result = try FleetFixture.load(["updates/u.yaml": bad.text])
        #expect(result.lines == bad.lines)
        #expect(result.definition == nil)
    }

    static let keys = [
        BadUpdate(
            "a misspelt key", FleetFixture.progressive("phases:\n  - name: canary\n    persent: 10"),
            "updates/u.yaml:8:5: unknown key `persent`; did you mean `percent`?"),
        BadUpdate(
            "a key that is like none", FleetFixture.update + "\nwindow: {local: \"02:00-04:00\", colour: red}",
            "updates/u.yaml:6:32: unknown key `colour`; known keys: local, zone, on, nights"),
        BadUpdate(
            "a key given twice", FleetFixture.update + "\nid: v",
            "updates/u.yaml:6:1: duplicate key `id`; keep one of them"),
        BadUpdate(
            "a nested key given twice",
            FleetFixture.update + "\nwindow:\n  local: \"02:00-04:00\"\n  local: \"03:00-04:00\"",
            "updates/u.yaml:8:3: duplicate key `local`; keep one of them"),
        BadUpdate(
            "an id that cannot be typed", FleetFixture.update.replacing("id: u", with: "id: a b"),
            "updates/u.yaml:2:5: `id` is `a b`; use 1 to 64 characters of a-z A-Z 0-9 . _ -"),
        BadUpdate(
            "no value", FleetFixture.update + "\ntitle:",
            "updates/u.yaml:6:1: `title` has no value; give it one, or remove the key"),
        BadUpdate(
            "a list for a text", FleetFixture.update + "\ntitle: [a, b]",
            "updates/u.yaml:6:8: `title` must be one text, not a list"),
        BadUpdate(
            "another format", FleetFixture.update.replacing("version: 1", with: "version: 2"),
            "updates/u.yaml:1:10: format version 2 is not known; this release reads version 1"),
        BadUpdate(
            "not YAML", FleetFixture.update + "\ntitle: one: two",
            "updates/u.yaml:6:11: not YAML: mapping values are not allowed in this context; "
                + "put a text that holds `: ` in quotes"),
        BadUpdate(
            "a tab", FleetFixture.update + "\nwindow:\n\tlocal: x",
            "updates/u.yaml:7:1: not YAML: found character that cannot start any token while scanning for the next token; "
                + "indent with spaces, not tabs"),
        BadUpdate("an empty file", "", "updates/u.yaml: the file is empty; see the files of the sample fleet"),
        BadUpdate(
            "an escape sequence",
            FleetFixture.update.replacing("strategy: immediate", with: "strategy: \"\\e[31mred\""),
            "updates/u.yaml:5:11: `strategy` is `\\u{1B}[31mred`; "
                + "it must be one of immediate, scheduled, progressive, on-connect"),
    ]

    static let gates = [
        BadUpdate(
            "a gate of 101%", FleetFixture.progressive("phases:\n  - percent: 100\n    gate: {success: 101%}"),
            "updates/u.yaml:8:21: `success` is 101%; a rate goes from 0% to 100%"),
        BadUpdate(
            "a rate without its unit", FleetFixture.progressive("phases:\n  - percent: 100\n    gate: {success: 0.95}"),
            "updates/u.yaml:8:21: `success` is `0.95` without a unit; write it in per cent, such as 95%"),
        BadUpdate(
            "another confidence", FleetFixture.progressive("phases:\n  - percent: 100\n    gate: {confidence: 99%}"),
            "updates/u.yaml:8:24: `confidence` is `99%`; 95% is the interval that is drawn and tested; write 95% or none"
        ),
        BadUpdate(
            "a sample of nothing", FleetFixture.progressive("phases:\n  - percent: 100\n    gate: {minimum-sample: 0}"),
            "updates/u.yaml:8:28: `minimum-sample` is 0; it must be from 1 to 1000000"),
    ]

    static let phases = [
        BadUpdate(
            "phases that go down",
            FleetFixture.progressive(
                "phases:\n  - {name: a, percent: 50}\n  - {name: b, percent: 10}\n  - {percent: 100}"),
            "updates/u.yaml:8:24: phase `b` reaches 10% after `a` with 50%; percentages are cumulative and must rise"),
        BadUpdate(
            "a phase beyond everyone", FleetFixture.progressive("phases:\n  - {percent: 110}"),
            "updates/u.yaml:7:15: `percent` is 110; it must be from 1 to 100"),
        BadUpdate(
            "no phases", FleetFixture.progressive("phases: []"),
            "updates/u.yaml:6:9: `phases` is empty; name at least one phase, the last with `percent: 100`"),
        BadUpdate(
            "phases forgotten", FleetFixture.progressive("on-failure: pause"),
            "updates/u.yaml:1:1: `phases` is missing; add a line like `phases: [{name: everyone, percent: 100}]`"),
        BadUpdate(
            "an unknown policy", FleetFixture.progressive("phases:\n  - {percent: 100}\non-failure: rollback"),
            "updates/u.yaml:8:13: `on-failure` is `rollback`; did you mean `roll-back`?"),
        BadUpdate(
            "a wait without a unit", FleetFixture.progressive("phases:\n  - {percent: 100, wait: 24}"),
            "updates/u.yaml:7:26: `wait` is `24`, not a length of time; write it like 90s, 15m, 24h or 3d"),
    ]

    static let windows = [
        BadUpdate(
            "a window with no length", FleetFixture.scheduled("window: {local: \"02:00-02:00\"}"),
            "updates/u.yaml:6:17: window `02:00-02:00` has no length; "
                + "write when it opens and when it closes, like \"02:00-04:00\""),
        BadUpdate(
            "a reversed window", FleetFixture.scheduled("window: {local: \"04:00-02:00\"}"),
            "updates/u.yaml:6:17: window `04:00-02:00` closes before it opens; "
                + "swap the times; over midnight it may last 12 hours"),
        BadUpdate(
            "no span", FleetFixture.scheduled("window: {local: 2-4}"),
            "updates/u.yaml:6:17: `2-4` is not a span of time; write it like \"02:00-04:00\""),
        BadUpdate(
            "no zone of this world", FleetFixture.scheduled("window: {local: \"02:00-04:00\", zone: America/Boston}"),
            "updates/u.yaml:6:38: `America/Boston` is not a time zone; use an IANA name such as America/New_York"),
        BadUpdate(
            "no such day", FleetFixture.scheduled("window: {local: \"02:00-04:00\", on: 2026-02-30}"),
            "updates/u.yaml:6:36: `2026-02-30` is not a date; write it like 2026-03-08"),
        BadUpdate(
            "no such night", FleetFixture.scheduled("window: {local: \"02:00-04:00\", nights: [monday]}"),
            "updates/u.yaml:6:41: `nights` is `monday`; it must be one of mon, tue, wed, thu, fri, sat, sun"),
        BadUpdate(
            "no window", FleetFixture.scheduled("missed: skip"),
            "updates/u.yaml:1:1: `window` is missing; add a line like `window: {local: \"02:00-04:00\"}`"),
    ]

    static let strategies = [
        BadUpdate(
            "phases in an immediate update", FleetFixture.update + "\nphases: []",
            "updates/u.yaml:6:1: `phases` has no meaning in an immediate update; "
                + "remove it, or use `strategy: progressive`"),
        BadUpdate(
            "a misspelt strategy", FleetFixture.update.replacing("immediate", with: "imediate"),
            "updates/u.yaml:5:11: `strategy` is `imediate`; did you mean `immediate`?"),
    ]

    static let references = [
        BadUpdate(
            "a release that is not there", FleetFixture.update.replacing("2.4.0", with: "2.4.1"),
            "updates/u.yaml:3:10: there is no release 2.4.1; did you mean 2.4.0?"),
        BadUpdate(
            "a selector with a typo", FleetFixture.update.replacing("devices: all", with: "devices: regoin = north"),
            "updates/u.yaml:4:10: there is no attribute or tag regoin; "
                + "did you mean region? If it is a tag, write tag.regoin"),
        BadUpdate(
            "a typo inside quotes",
            FleetFixture.update.replacing("devices: all", with: "devices: \"name ~ \\\"pos\\\" and statsu = online\""),
            "updates/u.yaml:4:30: there is no attribute or tag statsu; "
                + "did you mean status? If it is a tag, write tag.statsu"),
    ]

    @Test func aPlainCharacterCountIsNotConfusedByQuotes() throws {
        let text = FleetFixture.update.replacing(
            "devices: all", with: "devices: 'name = \"it''s\" and statsu = online'")
        #expect(
            try FleetFixture.lines(["updates/u.yaml": text]) == [
                "updates/u.yaml:4:30: there is no attribute or tag statsu; "
                    + "did you mean status? If it is a tag, write tag.statsu"
            ])
    }

    @Test func mistakesOfAllFilesAreNamedAtOnce() throws {
        let lines = try FleetFixture.lines([
            "updates/u.yaml": FleetFixture.update.replacing("id: u", with: "idd: u"),
            "updates/v.yaml": FleetFixture.update.replacing("immediate", with: "later"),
            "fleet.yaml": "version: 1\nname: [x]",
        ])
        #expect(
            lines == [
                "fleet.yaml:2:7: `name` must be one text, not a list",
                "updates/u.yaml:2:1: unknown key `idd`; did you mean `id`?",
                "updates/v.yaml:5:11: `strategy` is `later`; it must be one of immediate, scheduled, progressive, on-connect",
            ])
    }

    @Test func twoUpdatesOfOneIdAreRefused() throws {
        #expect(
            try FleetFixture.lines(["updates/v.yaml": FleetFixture.update]) == [
                "updates/v.yaml:2:5: duplicate update id `u`; it is also in updates/u.yaml"
            ])
    }

    @Test func aSelectorWithoutDevicesIsOnlyAWarning() throws {
        let text = FleetFixture.update.replacing("devices: all", with: "devices: region = east")
        let result = try FleetFixture.load(["updates/u.yaml": text])
        #expect(
            result.lines == [
                "updates/u.yaml:4:10: warning: no device matches `region = east`; see `muster devices` for what there is"
            ])
        #expect(result.definition != nil)
    }

    @Test func phasesThatStopShortAreOnlyAWarning() throws {
        let result = try FleetFixture.load(["updates/u.yaml": FleetFixture.progressive("phases:\n  - {percent: 50}")])
        #expect(
            result.lines == [
                "updates/u.yaml:7:5: warning: the last phase ends at 50%, so the other devices are never updated; "
                    + "end with `percent: 100`"
            ])
        #expect(result.definition != nil)
    }
}
