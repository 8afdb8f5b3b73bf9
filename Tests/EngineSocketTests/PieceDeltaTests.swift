import FleetCore
import FleetEngine
import Testing

@testable import EngineSocket

/// What crosses the socket of a view.
@Suite struct PieceDeltaTests {
    private func pieces(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    @Test func whatIsMadeOfAChangeIsTheNext() throws {
        let lists = [
            pieces(), pieces("a"), pieces("a", "b", "c"), pieces("b", "c", "d"), pieces("", "a", "", "a"),
            pieces("c", "b", "a", "d"), pieces("a", "x", "c"),
        ]
        for old in lists {
            for new in lists {
                #expect(try PieceDelta.decode(PieceDelta.encode(from: old, to: new), from: old) == new)
            }
        }
    }

    /// A list of a hundred rows that has scrolled by one costs one row.
    @Test func scrollingCostsTheRowsThatAreNew() {
        let rows = (0...100).map { Array("row number \($0), long enough to be seen in a count of bytes".utf8) }
        let length = PieceDelta.encode(from: Array(rows[0..<100]), to: Array(rows[1...100])).count
        #expect(length < 2 * rows[100].count)
    }

    @Test func whatHasNotChangedCostsNothing() {
        let rows = (0..<1000).map { Array("row \($0)".utf8) }
        #expect(PieceDelta.encode(from: rows, to: rows).count < 10)
    }

    /// Any bytes give pieces or a failure, and no more than what was sent asks for.
    @Test func rubbishIsRefused() {
        let old = pieces("a", "b")
        for bytes: [UInt8] in [
            [], [2], [2, 0, 0], [2, 0, 4, 2], [2, 0, 0, 0], [2, 1, 5, 65], [2, 7], [1], [2, 0, 2, 4],
            [2, 1, 1, 65, 66], [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        ] {
            #expect(throws: DecodingFailure.self) { try PieceDelta.decode(bytes, from: old) }
        }
    }

    /// Every part of a view, each with a value of its own, comes back as it was.
    @Test func aViewComesBackWhole() throws {
        let view = SampleView.whole
        #expect(try ViewPieces.join(ViewPieces.cut(view)) == view)
        #expect(try ViewPieces.join(ViewPieces.cut(FleetView())) == FleetView())
    }

    /// A part that is added to a view has a value of its own in the sample, and so a place in the pieces.
    @Test func theSampleLeavesNothingOut() {
        let empty = Mirror(reflecting: FleetView()).children, whole = Mirror(reflecting: SampleView.whole).children
        for (before, after) in zip(empty, whole) {
            #expect("\(before.value)" != "\(after.value)", "\(after.label ?? "")")
        }
    }

    /// So many properties have a place in the coding; one that is added needs one too.
    @Test func everyPropertyHasAPlace() throws {
        let view = SampleView.whole
        let update = try #require(view.update), detail = try #require(view.detail), gate = try #require(update.gate)
        let counts: [(Any, Int)] = [
            (view, 26), (view.query, 13), (view.devices, 4), (view.queue, 6), (update, 13), (update.summary, 19),
            (gate, 17), (update.phases[0], 6), (update.causes[0], 3), (view.regions[0], 4), (detail, 9),
            (view.devices.rows[0], 13), (detail.assignments[0], 18), (view.queue.rows[0], 7), (view.events[0], 4),
            (view.alerts[0], 4), (view.consoles[0], 5), (view.deeds[0], 3), (try #require(view.rollback), 16),
            (try #require(view.start), 9),
        ]
        for (value, count) in counts {
            #expect(Mirror(reflecting: value).children.count == count, "\(type(of: value))")
        }
    }

    /// A view from which anything is missing is refused.
    @Test func aViewThatIsNotWholeIsRefused() {
        let pieces = ViewPieces.cut(SampleView.whole)
        for count in 0..<pieces.count {
            #expect(throws: DecodingFailure.self) { try ViewPieces.join(Array(pieces.prefix(count))) }
        }
        for index in pieces.indices {
            var short = pieces
            short[index].removeLast()
            #expect(throws: DecodingFailure.self) { try ViewPieces.join(short) }
        }
    }

    @Test func messagesComeBackWhole() throws {
        var query = SampleView.whole.query
        query.filter = .text("till")
        let messages: [ConsoleMessage] = [
            .taken, .query(query), .query(ViewQuery()),
        ]
        let commands: [Command] = [
            .rollBack(update: "u", confirmation: "u", preview: 7),
            .rollBack(update: "u", confirmation: "", preview: nil), .start(update: "a"), .approve(update: "b"),
            .pause(update: "c"), .resume(update: "d"), .cancel(update: "e"), .retryFailed(update: "f"),
            .decommission(device: "g"), .accept(device: "h"), .refuse(device: "i"),
        ]
        let orders = ([nil, 0, .max] as [UInt64?]).flatMap { basis in
            commands.map { command in
                let order = ConsoleOrder(
                    command: command, reason: basis == 0 ? "why" : "", key: CommandKey(high: .max, low: 1), basis: basis
                )
                return ConsoleMessage.command(order, ticket: basis ?? 9)
            }
        }
        for message in messages + orders { #expect(try ConsoleMessage(message.bytes) == message) }
        let answers: [EngineMessage] = [
            .view([1, 2, 3]), .reply(ticket: 9, nil), .reply(ticket: 9, Refusal("no", remedy: "yes")),
            .reply(ticket: 9, nil, note: "approved phase canary"),
        ]
        for answer in answers { #expect(try EngineMessage(answer.bytes) == answer) }
    }
}
