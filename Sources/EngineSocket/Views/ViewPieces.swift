import FleetCore
import FleetEngine

/// A view cut into pieces, each a few bytes that change together: one for each row of its lists. Between two views most
/// pieces are the same, and are not sent again (`PieceDelta`).
enum ViewPieces {
    /// The most pieces of one view: lists of 1,000 rows (`RowRange`) and every update.
    static let maximumCount = 100_000

    /// Pieces that every view has, before those of its rows.
    private static let fixedCount = 9

    /// Cuts a view up.
    static func cut(_ view: FleetView) -> [[UInt8]] {
        let lists = [
            view.updates.count, view.regions.count, view.devices.rows.count, view.queue.rows.count, view.events.count,
        ]
        var pieces = [
            piece { $0.write(lists) },
            piece { $0.write(view.revision, view.now) },
            piece { $0.write(view.query) },
            piece {
                $0.write(view.fleetName, view.timeZone, view.health, view.checkpointFailure, view.simulationSpeed)
                $0.write(
                    view.simulationPace, view.isSimulated, view.deviceCount, view.statusCounts, view.firmware)
            },
            piece { $0.write(view.update) },
            piece {
                $0.write(view.devices.total, view.devices.offset, view.devices.selectedPosition)
                $0.write(view.queue.total, view.queue.retrying, view.queue.offset, view.queue.inFlight)
                $0.write(view.queue.limit)
            },
            piece { $0.write(view.alerts) },
            piece { $0.write(view.detail, view.rollback, view.start) },
            piece { $0.write(view.consoles, view.seat, view.deeds) },
        ]
        pieces += view.updates.map(piece)
        pieces += view.regions.map(piece)
        pieces += view.devices.rows.map(piece)
        pieces += view.queue.rows.map(piece)
        return pieces + view.events.map(piece)
    }

    /// Puts a view together again.
    static func join(_ pieces: [[UInt8]]) throws(DecodingFailure) -> FleetView {
        guard pieces.count >= fixedCount else { throw DecodingFailure(offset: 0, expected: "a view") }
        var view = FleetView()
        let lists: [Int] = try read(pieces[0]) { reader throws(DecodingFailure) in try reader.read() }
        try readFixed(pieces, into: &view)
        guard lists.count == 5, lists.allSatisfy({ (0...pieces.count).contains($0) }),
            lists.reduce(0, +) == pieces.count - fixedCount
        else { throw DecodingFailure(offset: 0, expected: "as many rows as there are pieces") }
        var rest = pieces[fixedCount...]
        view.updates = try rows(lists[0], &rest)
        view.regions = try rows(lists[1], &rest)
        view.devices.rows = try rows(lists[2], &rest)
        view.queue.rows = try rows(lists[3], &rest)
        view.events = try rows(lists[4], &rest)
        return view
    }

    private static func readFixed(_ pieces: [[UInt8]], into view: inout FleetView) throws(DecodingFailure) {
        (view.revision, view.now) = try read(pieces[1]) { reader throws(DecodingFailure) in
            (try reader.read(), try reader.read())
        }
        view.query = try read(pieces[2]) { reader throws(DecodingFailure) in try reader.read() }
        view = try read(pieces[3]) { [view] reader throws(DecodingFailure) in try head(&reader, of: view) }
        view.update = try read(pieces[4]) { reader throws(DecodingFailure) in try reader.read() }
        view = try read(pieces[5]) { [view] reader throws(DecodingFailure) in try counts(&reader, of: view) }
        view.alerts = try read(pieces[6]) { reader throws(DecodingFailure) in try reader.read() }
        (view.detail, view.rollback, view.start) = try read(pieces[7]) { reader throws(DecodingFailure) in
            (try reader.read(), try reader.read(), try reader.read())
        }
        (view.consoles, view.seat, view.deeds) = try read(pieces[8]) { reader throws(DecodingFailure) in
            (try reader.read(), try reader.read(), try reader.read())
        }
    }

    private static func head(_ reader: inout FactReader, of view: FleetView) throws(DecodingFailure) -> FleetView {
        var view = view
        view.fleetName = try reader.read()
        view.timeZone = try reader.read()
        view.health = try reader.read()
        view.checkpointFailure = try reader.read()
        view.simulationSpeed = try reader.read()
        view.simulationPace = try reader.read()
        view.isSimulated = try reader.read()
        view.deviceCount = try reader.read()
        let start = reader.offset
        view.statusCounts = try reader.read()
        // Screens look a count up by its status.
        guard view.statusCounts.count == DeviceStatus.allCases.count else {
            throw DecodingFailure(offset: start, expected: "a count for each status")
        }
        view.firmware = try reader.read()
        return view
    }

    private static func counts(_ reader: inout FactReader, of view: FleetView) throws(DecodingFailure) -> FleetView {
        var view = view
        view.devices.total = try reader.read()
        view.devices.offset = try reader.read()
        view.devices.selectedPosition = try reader.read()
        view.queue.total = try reader.read()
        view.queue.retrying = try reader.read()
        view.queue.offset = try reader.read()
        view.queue.inFlight = try reader.read()
        view.queue.limit = try reader.read()
        return view
    }

    private static func rows<Row: FactPart>(
        _ count: Int, _ rest: inout ArraySlice<[UInt8]>
    ) throws(DecodingFailure) -> [Row] {
        var rows: [Row] = []
        for bytes in rest.prefix(count) {
            rows.append(try read(bytes) { reader throws(DecodingFailure) in try reader.read() })
        }
        rest = rest.dropFirst(count)
        return rows
    }

    private static func piece(_ write: (inout FactWriter) -> Void) -> [UInt8] {
        var writer = FactWriter()
        write(&writer)
        return writer.bytes
    }

    private static func piece(_ row: some FactPart) -> [UInt8] { piece { $0.write(row) } }

    private static func read<Value>(
        _ bytes: [UInt8], _ body: (inout FactReader) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> Value {
        var reader = FactReader(bytes)
        let value = try body(&reader)
        guard reader.isAtEnd else { throw reader.failure("the end of the piece") }
        return value
    }
}
