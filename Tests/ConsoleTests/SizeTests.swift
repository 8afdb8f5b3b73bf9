import Cells
import FleetCore
import FleetEngine
import Testing

@testable import Console

/// Every size draws, within its frame, whatever is on the screen.
@Suite struct SizeTests {
    static let extremes = [(1, 1), (1, 50), (500, 1), (2, 2), (3, 3), (500, 200), (500, 2), (1, 200), (0, 0), (40, 8)]

    static let screens: [ConsoleScreenKind] = [
        .overview, .update, .device("pos-eu-0417"), .queue, .updates, .events, .help,
    ]

    static func view(_ index: Int) -> FleetView {
        var view = [
            Fixture.running(), Fixture.hostile(), Fixture.rollingBack(), Fixture.empty(), Fixture.stopped(),
            FleetView(),
        ][index]
        view.detail = Fixture.detail()
        view.rollback = Fixture.rollbackPreview()
        return view
    }

    @Test(arguments: screens, 0..<6)
    func everySizeDraws(_ screen: ConsoleScreenKind, index: Int) {
        let view = Self.view(index)
        var sizes = Self.extremes
        for columns in stride(from: 1, through: 120, by: 11) {
            for rows in stride(from: 1, through: 50, by: 4) { sizes.append((columns, rows)) }
        }
        for (columns, rows) in sizes {
            for withDialog in [false, true] {
                expectFrame(view, screen, Size(columns: columns, rows: rows), withDialog: withDialog)
            }
        }
    }

    private func expectFrame(_ view: FleetView, _ screen: ConsoleScreenKind, _ size: Size, withDialog: Bool) {
        var state = Fixture.state(screens: [.overview, screen], columns: size.columns, rows: size.rows)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        if withDialog {
            press("B", &state, view)
            ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        } else {
            press("/", &state, view)
            type("regoin = a", &state, view)
            press("enter", &state, view)
        }
        let frame = ConsoleScreen.render(view: view, state: state, theme: ConsoleTheme(), size: size, now: Fixture.wall)
        #expect(frame.size == size)
        if let cursor = frame.cursor {
            #expect(Rect(frame.size).contains(cursor), "\(size): the cursor is outside at \(cursor)")
        }
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 12), (150, 20)])
    func theQueryAsksForTheRowsThatAreShown(columns: Int, rows: Int) {
        let view = Fixture.running()
        var state = Fixture.state(columns: columns, rows: rows)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        let query = ConsoleQuery.query(for: state, size: state.size)
        let layout = ScreenLayout(screen: .overview, size: state.size, shape: state.shape)
        #expect(query.deviceRows.count == layout.box(.devices)?.body.rows ?? 0)
        #expect(query.queueRows.count == layout.box(.queue)?.body.rows ?? 0)
        #expect(query.eventCount == layout.box(.events)?.body.rows ?? 0)
    }

    @Test func panesNeverOverlapAndStayInside() {
        for columns in stride(from: 1, through: 220, by: 13) {
            for rows in stride(from: 1, through: 70, by: 3) {
                let size = Size(columns: columns, rows: rows)
                for screen in Self.screens {
                    let boxes = ScreenLayout(screen: screen, size: size, shape: ViewShape()).boxes.map(\.rect)
                    for (index, box) in boxes.enumerated() {
                        #expect(Rect(size).intersection(box) == box, "\(screen) \(columns)x\(rows)")
                        for other in boxes[..<index] { #expect(other.intersection(box).isEmpty) }
                    }
                }
            }
        }
    }

    @Test func nothingThatSteersATerminalIsInAFrame() {
        let view = Fixture.hostile()
        var state = Fixture.state(columns: 200, rows: 60)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        for screen in Self.screens {
            state.screens = [.overview, screen]
            let frame = ConsoleScreen.render(
                view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall)
            let bad = frame.text().unicodeScalars.filter { scalar in
                scalar != "\n"
                    && [.control, .format, .lineSeparator, .paragraphSeparator].contains(
                        scalar.properties.generalCategory)
            }
            #expect(bad.isEmpty, "\(screen)")
        }
    }

    /// A reason too long for the header takes nobody else's place.
    @Test(arguments: [80, 100, 120]) func aLongReasonLeavesTheHeaderItsParts(columns: Int) {
        var view = Fixture.paused()
        view.fleetName = "shops"
        view.updates[1] = Fixture.summary(
            "early", status: .paused, statusText: "a second person must approve: rollback of 120 devices, by kim")
        view.update?.summary = view.updates[1]
        view.consoles = (1...6).map { ConsoleSeat(number: $0, name: "kim", role: .operator, isReadOnly: false) }
        view.seat = 1
        view.isSimulated = true
        var state = Fixture.state(columns: columns, rows: 40)
        ConsoleUpdate.received(view, at: Fixture.wall, state: &state)
        let frame = ConsoleScreen.render(
            view: view, state: state, theme: ConsoleTheme(), size: state.size, now: Fixture.wall)
        let header = frame.text().components(separatedBy: "\n").first ?? ""
        let others = columns < 110 ? "+5" : "+5 others"
        for part in ["shops", "early", "PAUSED", "3/5 wave-1", "kim operator \(others)", "DEMO", "14:02"] {
            #expect(header.contains(part), "\(part): \(header)")
        }
    }
}
