import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// The lines that are typed: filter and command.
@Suite struct LineTests {
    static func enter(_ line: String, _ view: FleetView = Fixture.running()) -> (ConsoleState, [ConsoleEffect]) {
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        type(line, &state, view)
        let effects = press("enter", &state, view)
        return (state, effects)
    }

    @Test func aSelectorFilters() throws {
        let (state, _) = Self.enter("/region = eu-west")
        #expect(state.filter == .selector(try Selector(parsing: "region = eu-west")))
        #expect(state.input == nil)
        #expect(ConsoleQuery.query(for: state, size: state.size).filter == state.filter)
    }

    @Test func plainTextFilters() {
        #expect(Self.enter("/gent veld").0.filter == .text("gent veld"))
        #expect(Self.enter("/  ").0.filter == .everything)
    }

    @Test func aTypoShowsItsColumnAndKeepsTheLine() {
        let (state, _) = Self.enter("/status = online and regoin = a")
        #expect(state.filter == .everything)
        #expect(state.input?.text == "status = online and regoin = a")
        #expect(state.input?.problem?.column == 21)
        #expect(state.input?.cursor == 20)
        let frame = ConsoleScreen.render(
            view: Fixture.running(), state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall)
        #expect(frame.text().contains("column 21: "))
    }

    @Test func pastedTextIsTakenButItsEnterIsNot() {
        let view = Fixture.running()
        var state = Fixture.state()
        press("/", &state, view)
        type("gent", &state, view, isPasted: true)
        press(.enter, &state, view, isPasted: true)
        #expect(state.input?.text == "gent")
        #expect(state.filter == .everything)
    }

    @Test func editingTheLine() {
        let view = Fixture.running()
        var state = Fixture.state()
        type(":abcd", &state, view)
        press("left", &state, view)
        press("backspace", &state, view)
        press("home", &state, view)
        press(.delete, &state, view)
        type("é", &state, view)
        #expect(state.input?.text == "ébd")
        #expect(state.input?.cursor == 1)
        press(.control("u"), &state, view)
        #expect(state.input?.text == "")
        press("esc", &state, view)
        #expect(state.input == nil)
    }

    @Test func commandsAsLines() {
        #expect(Self.enter(":pause").1 == [.send(.pause(update: "RO-1042"), reason: "")])
        #expect(Self.enter(":pause mirror is down").1 == [.send(.pause(update: "RO-1042"), reason: "mirror is down")])
        #expect(Self.enter(":pause RO-0998 late").1 == [.send(.pause(update: "RO-0998"), reason: "late")])
        #expect(Self.enter(":quit").1 == [.quit])
        #expect(Self.enter(":theme light").1 == [.setTheme("light")])
        #expect(Self.enter(":sort -region").0.sort == DeviceSort(.region, reversed: true))
        #expect(Self.enter(":goto pos-eu-0417").0.screen == .device("pos-eu-0417"))
        #expect(Self.enter(":region apac").0.region == "apac")
        #expect(Self.enter(":time site").0.times == .site)
        #expect(Self.enter(":update RO-0998").0.focusedUpdate == "RO-0998")
        #expect(Self.enter(":queue").0.screen == .queue)
        let detail = Self.enter(":detail RO-0998").0
        #expect(detail.screen == .update && detail.focusedUpdate == "RO-0998")
    }

    /// Commands that follow would go to another update than the one that was named.
    @Test(arguments: [":detail RO-0999", ":queue RO-0998", ":events RO-0998"])
    func whatIsNotTakenInIsSaid(line: String) {
        let state = Self.enter(line).0
        #expect(state.screen == .overview)
        #expect(state.message?.kind == .error)
    }

    @Test func aRollbackLineOpensItsDialogAndNoMore() {
        let (state, effects) = Self.enter(":rollback RO-0998")
        #expect(effects.isEmpty)
        #expect(ConfirmationTests.confirmation(state)?.update.id == "RO-0998")
    }

    @Test(arguments: [
        (":puase", "no command \"puase\"; did you mean \"pause\"?"),
        (":resume RO-1043", "no update \"RO-1043\"; did you mean \"RO-1042\"?"),
        (":region eu-wets", "no region \"eu-wets\"; did you mean \"eu-west\"?"),
        (":sort size", "no sort key \"size\"; there are state, id, region, site, firmware, status, last-seen"),
        (":time mars", "no time display \"mars\"; there are utc, fleet, site"),
        (":goto", "write :goto ID"),
        (":filter regoin = a", "filter, column 1: there is no attribute regoin"),
    ])
    func aLineThatMeansNothingSaysWhatWould(_ line: String, _ message: String) {
        let (state, effects) = Self.enter(line)
        #expect(effects.isEmpty)
        #expect(state.message?.kind == .error)
        #expect(state.message?.text.hasPrefix(message) == true, "\(state.message?.text ?? "")")
    }

    @Test func tabCompletes() {
        let view = Fixture.running()
        var state = Fixture.state()
        type(":roll", &state, view)
        press("tab", &state, view)
        #expect(state.input?.text == "rollback ")
        press("tab", &state, view)
        #expect(state.input?.text == "rollback RO-")
        #expect(state.message?.text == "RO-0998  RO-1042")
        type("1", &state, view)
        press("tab", &state, view)
        #expect(state.input?.text == "rollback RO-1042 ")
    }

    @Test func repliesAreShown() {
        var state = Fixture.state()
        ConsoleUpdate.replied(to: .pause(update: "RO-1042"), refusal: nil, state: &state)
        #expect(state.message == ConsoleMessage(.done, "pause RO-1042: accepted"))
        ConsoleUpdate.replied(to: .approve(update: "u"), refusal: nil, note: "approved phase canary", state: &state)
        #expect(state.message == ConsoleMessage(.done, "approve u: approved phase canary"))
        ConsoleUpdate.replied(
            to: .pause(update: "RO-1042"), refusal: Refusal("it is paused", remedy: "resume it"), state: &state)
        #expect(state.message == ConsoleMessage(.error, "refused: it is paused; resume it"))
    }

    @Test func alertsAreAcknowledgedOneByOne() {
        var view = Fixture.rollingBack()
        var state = Fixture.state()
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        press("a", &state, view)
        #expect(state.openAlerts(in: view).map(\.id) == ["rate-eu-west"])
        press("a", &state, view)
        #expect(state.openAlerts(in: view).isEmpty)
        let gone = view.alerts
        view.alerts = []
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        view.alerts = gone
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        #expect(state.openAlerts(in: view).count == 2)
    }
}
