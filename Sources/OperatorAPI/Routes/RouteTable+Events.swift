import FleetCore
import FleetEngine

extension RouteTable {
    /// What happened, by number, and what happens next.
    static var eventRoute: APIRoute {
        APIRoute(
            .get, base + "/events", "listEvents",
            "What happened behind a fact, oldest first, without gaps. With `Prefer: wait=SECONDS` it waits for the next.",
            [
                .query("after", .factNumber, "Events behind the fact of this number. Default: 0, from the beginning."),
                .limit,
                .query(
                    "update", .text(longest: 200), "Only events of this update: a page may be empty, go on with `next`."
                ),
                .header(
                    "Prefer", .header(pattern: nil, longest: 200),
                    "`wait=SECONDS`, at most \(APILimits.longestWait): wait as long for an event if there is none yet."),
            ], answer: "EventPage", problems: [.refused]
        ) { call, desk throws(Problem) in
            let after = UInt64(call.integer("after") ?? 0)
            let piece = try await awaited(call, desk, after: after)
            guard piece.latest >= after else {
                throw Problem(
                    .refused, "the journal ends with fact \(piece.latest): it has no fact \(after)",
                    remedy: "it may have been restored from a backup: begin with ?after=\(piece.latest)")
            }
            let lines = try await desk.ask { $0.reading.eventLines(piece.facts, after: after) }
            let update = call.text("update")
            return try .of(
                EventPage(
                    next: after + UInt64(lines.count), latest: piece.latest,
                    events: lines.filter { line in update.map { $0 == line.update } ?? true }))
        }
    }

    /// The facts behind a number; if there are none, those that come while the client wants to wait.
    private static func awaited(
        _ call: APICall, _ desk: OperatorDesk, after: UInt64
    ) async throws(Problem) -> HistoryPiece {
        let limit = call.limit
        var piece = try await desk.piece(after: after, atMost: limit)
        let wait = PreferField.wait(call.fields["Prefer"] ?? "")
        guard wait > 0, piece.latest == after, call.waiters.take() else { return piece }
        defer { call.waiters.giveUp() }
        let deadline = ContinuousClock.now + .seconds(min(wait, APILimits.longestWait))
        while piece.latest == after, ContinuousClock.now < deadline, !call.isDraining() {
            // A client that has gone is cancelled.
            do { try await Task.sleep(for: APILimits.waitInterval) } catch { break }
            piece = try await desk.piece(after: after, atMost: limit)
        }
        return piece
    }
}

/// `Prefer` of RFC 7240, of which only `wait` is known; whatever else is preferred is passed over, as the RFC asks.
enum PreferField {
    /// The seconds that a client prefers to wait; 0: none.
    static func wait(_ field: String) -> Int {
        for preference in field.split(separator: ",") {
            let parts = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased().filter({ !$0.isWhitespace }) == "wait" else { continue }
            let value = parts[1].filter { !$0.isWhitespace && $0 != "\"" }
            guard let seconds = Int(value) else { continue }
            return max(0, seconds)
        }
        return 0
    }
}
