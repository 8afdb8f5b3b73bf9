import FleetCore
import FleetEngine

@testable import EngineSocket

extension FuzzReader {
    /// The readers of what crosses the engine's socket.
    static let socket = [
        FuzzReader("console-message", longestInput: 512) { bytes in
            guard let message = try? ConsoleMessage(bytes) else { return false }
            try demandSame(try ConsoleMessage(message.bytes), message, "a message is read as it is written")
            return true
        },
        FuzzReader("engine-message", longestInput: 512) { bytes in
            guard let message = try? EngineMessage(bytes) else { return false }
            try demandSame(try EngineMessage(message.bytes), message, "a message is read as it is written")
            return true
        },
        FuzzReader("view-change", longestInput: 1024) { bytes in
            guard let pieces = try? PieceDelta.decode(bytes, from: shown) else { return false }
            try demandSame(
                try PieceDelta.decode(PieceDelta.encode(from: shown, to: pieces), from: shown), pieces,
                "a change makes what it was made for")
            guard let view = try? ViewPieces.join(pieces) else { return true }
            try demandSame(try ViewPieces.join(ViewPieces.cut(view)), view, "a view is read as it is written")
            return true
        },
    ]

    /// What the console has already: a view with some rows.
    private static let shown: [[UInt8]] = {
        var view = FleetView()
        view.fleetName = "shop"
        view.regions = ["north", "south"].map { name in
            RegionRow(name: name, deviceCount: 1, statusCounts: [0, 1, 0], tally: Tally())
        }
        view.events = [EventRow(at: Timestamp(milliseconds: 1), who: "kim", text: "pause u", kind: .held)]
        return ViewPieces.cut(view)
    }()
}
