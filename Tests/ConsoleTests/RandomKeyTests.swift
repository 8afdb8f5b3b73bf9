import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// Whatever keys come, the console draws, stays within its bounds, and sends only what was confirmed.
@Suite struct RandomKeyTests {
    /// A generator of its own, so that a seed gives the same keys everywhere (Knuth's MMIX constants).
    struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(sides))
        }
    }

    static let keys: [Key] =
        [
            .enter, .escape, .tab, .backTab, .backspace, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
            .delete, .insert, .function(1), .control("d"), .control("u"), .control("c"), .control("b"),
        ] + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/<>?=-. ".map { .character($0) }

    static let views: [FleetView] = {
        var views = [
            Fixture.running(), Fixture.paused(), Fixture.rollingBack(), Fixture.empty(), Fixture.draft(),
            Fixture.scheduled(), Fixture.stopped(), Fixture.hostile(), Fixture.demo(), FleetView(),
        ]
        for index in views.indices {
            views[index].rollback = Fixture.rollbackPreview(revision: UInt64(index))
            views[index].start = Fixture.startPreview(targets: index)
            views[index].detail = Fixture.detail()
        }
        return views
    }()

    @Test(arguments: 1...8) func keysAtRandom(seed: UInt64) {
        var dice = Dice(state: seed)
        var state = Fixture.state()
        var view = Self.views[0]
        for step in 0..<2000 {
            if dice.roll(10) == 0 {
                view = Self.views[dice.roll(Self.views.count)]
                ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
            }
            if dice.roll(40) == 0 {
                ConsoleUpdate.resized(to: Size(columns: dice.roll(220), rows: dice.roll(70)), state: &state)
            }
            let before = state
            let effects = press(key(&dice), &state, view, isPasted: dice.roll(8) == 0)
            expectConfirmed(effects, before: before)
            #expect(!state.screens.isEmpty && state.screens.count <= 7)
            #expect((state.input?.text.count ?? 0) <= InputLine.maximumLength)
            if step % 25 == 0 {
                let frame = ConsoleScreen.render(
                    view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall)
                #expect(frame.size == state.size)
            }
        }
    }

    private func key(_ dice: inout Dice) -> Key {
        guard dice.roll(12) == 0 else { return Self.keys[dice.roll(Self.keys.count)] }
        let kinds: [MouseEvent.Kind] = [.press, .release, .wheelUp, .wheelDown]
        return .mouse(
            MouseEvent(button: .left, column: dice.roll(220), row: dice.roll(70), kind: kinds[dice.roll(kinds.count)]))
    }

    /// Everything but a pause comes out of a dialog: typed ones by the id in full.
    private func expectConfirmed(_ effects: [ConsoleEffect], before: ConsoleState) {
        for case .send(let command, _) in effects {
            switch (command, before.dialog) {
            case (.pause, _): break
            case (.resume(let id), .yesNo(let question)), (.approve(let id, _), .yesNo(let question)),
                (.retryFailed(let id), .yesNo(let question)):
                #expect(question.update.id == id && !question.hasChanged)
            case (.rollBack(let id, let typed, let preview), .typed(let confirmation)):
                #expect(id == typed && typed == confirmation.typed && id == confirmation.update.id)
                #expect(preview == confirmation.rollback?.revision && preview != nil)
            case (.cancel(let id), .typed(let confirmation)), (.start(let id), .typed(let confirmation)):
                #expect(id == confirmation.typed)
            case (.accept(let id), .device(let question)), (.refuse(let id), .device(let question)):
                #expect(question.device == id && question.detail != nil && !question.hasChanged)
            default: Issue.record("\(command) came out of \(String(describing: before.dialog))")
            }
        }
    }

    @Test func anASCIIThemeDrawsASCIIOnly() {
        for view in Self.views {
            var state = Fixture.state(columns: 200, rows: 60)
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
            var theme = ConsoleTheme(usesASCII: true)
            theme.set("●", ascii: "+", for: .ok)
            let frame = ConsoleScreen.render(
                view: view, state: state, theme: theme, size: state.size, now: Fixture.wall)
            #expect(frame.text().unicodeScalars.allSatisfy { $0.isASCII })
        }
    }
}
