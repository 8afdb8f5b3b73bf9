import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// Keys, their configuration, and the help that is made of them.
@Suite struct KeymapTests {
    @Test func everyActionHasAKeyAndNoKeyTwoActions() {
        let keymap = Keymap()
        #expect(keymap.problems.isEmpty)
        for action in ConsoleAction.allCases {
            #expect(!keymap.keyTexts(for: action).isEmpty, "\(action)")
            for text in keymap.keyTexts(for: action) {
                #expect(KeyText.key(text).flatMap(keymap.action) == action, "\(text)")
            }
        }
    }

    @Test func anOverrideReplacesTheKeysOfItsAction() {
        let keymap = Keymap(overrides: [.init(action: "pause", keys: ["f5", "P"])])
        #expect(keymap.problems.isEmpty)
        #expect(keymap.action(for: .function(5)) == .pause)
        #expect(keymap.action(for: .character("P")) == .pause)
        #expect(keymap.action(for: .character("p")) == nil)
        #expect(keymap.keyTexts(for: .pause) == ["f5", "P"])
    }

    @Test func problemsNameWhatIsWrongAndWhatHelps() {
        let keymap = Keymap(overrides: [
            .init(action: "puase", keys: ["P"]),
            .init(action: "pause", keys: ["ctrl-p", "hyper-x"]),
            .init(action: "resume", keys: ["f6"]),
            .init(action: "rollback", keys: ["f6"]),
        ])
        #expect(
            keymap.problems.map(\.description) == [
                "keys: no action is named \"puase\"; did you mean \"pause\"?",
                "keys: ctrl-p cannot be bound to pause; control keys never give a command and ctrl-c never does "
                    + "anything; choose another key",
                "keys: \"hyper-x\" for pause is no key; write one character, or such as ctrl-d, f5, enter, space, pgup",
                "keys: \"f6\" is bound to both resume and rollback; it does resume; give rollback another key",
            ])
    }

    /// No keyboard sends them as characters, and a hint with one would act on the terminal.
    @Test(arguments: ["\u{1B}", "\u{7F}", "\u{200B}", "ctrl-\u{202E}", "\r\n"]) func whatCannotBeShownIsNoKey(
        text: String
    ) {
        #expect(KeyText.key(text) == nil)
        #expect(Keymap(overrides: [.init(action: "help", keys: [text])]).problems.count == 1)
    }

    @Test func aKeyGivenAwayIsReported() {
        let keymap = Keymap(overrides: [.init(action: "quit", keys: ["p"])])
        #expect(keymap.action(for: .character("p")) == .quit)
        #expect(
            keymap.problems.map(\.description) == [
                "keys: pause has no key, since \"p\" now does quit; give pause another key"
            ])
    }

    @Test(arguments: SizeTests.screens, [false, true])
    func theHelpListsExactlyTheKeysThatWork(_ screen: ConsoleScreenKind, isReadOnly: Bool) {
        guard screen != .help else { return }
        let view = SizeTests.view(0)
        var state = Fixture.state(isReadOnly: isReadOnly)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        state.screens = [.overview, screen]
        var listed = HelpText.lines(state, view).filter { !$0.text.isEmpty }.flatMap { $0.keys.split(separator: " ") }
            .map(
                String.init)
        listed.removeAll { $0.isEmpty || $0.hasPrefix(":") && $0.count > 1 }
        for action in ConsoleAction.allCases {
            for text in state.keymap.keyTexts(for: action) {
                var pressed = state
                press(text, &pressed, view)
                let isRefused =
                    pressed.message?.text.contains("does nothing here") == true
                    || pressed.message?.text.contains("read-only") == true
                #expect(listed.contains(text) == !isRefused, "\(text) on \(screen)")
            }
        }
    }

    @Test func theHelpShowsConfiguredKeys() {
        let view = Fixture.running()
        var state = Fixture.state(screens: [.overview, .help], columns: 200, rows: 60)
        state.keymap = Keymap(overrides: [.init(action: "pause", keys: ["f5"])])
        let text = ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall
        ).text()
        #expect(text.contains("f5        pause at once"))
    }
}
