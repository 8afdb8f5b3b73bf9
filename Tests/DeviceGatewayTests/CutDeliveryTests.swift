import FleetCore
import Foundation
import Testing

@testable import DeviceGateway

/// What counts as sent of a download that was cut, and of one under way: never more than the system has taken.
@Suite(.timeLimit(.minutes(10))) struct CutDeliveryTests {
    private let device = "device-1"

    /// What is known of the first device, by what is written down now: as of a process that was killed.
    private func known(_ fixture: GatewayFixture) throws -> DeliveryState {
        var state = DeliveryState()
        for record in try DeliveryFile.read(directory: fixture.folder).records { state.apply(record) }
        return state
    }

    private func hasBeenCut(_ fixture: GatewayFixture) async throws {
        // The line of the log comes before that of the ledger.
        try await eventuallyHolds {
            let isOver = try known(fixture).open.isEmpty
            return isOver && fixture.log.all.contains { $0.message == "a download has been cut" }
        }
    }

    /// A piece that waits for its time when the connection is cut is never handed over.
    @Test func whatWaitedForItsTimeWhenADownloadWasCutWasNotSent() async throws {
        var limits = GatewayLimits()
        limits.bytesPerSecondPerDevice = 2 * Int64(FileDelivery.pieceLength)
        let size = 40 * FileDelivery.pieceLength
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(size), limits: limits)
        let file = fixture.file(try await fixture.offer())
        let reader = try await fixture.connect()
        let proof = "TargetToken \(try fixture.token(device))"
        try await reader.send(fixture.request("GET", device, file, proof: proof))
        try await eventuallyHolds { reader.pending > 3 * FileDelivery.pieceLength }
        _ = try CredentialFile.issue(device, directory: fixture.folder)
        try await eventuallyHolds { reader.isClosed }
        try await hasBeenCut(fixture)
        let received = Int64(reader.pending)
        let entry = try #require(try known(fixture).entries[device])
        // With the head of the answer, which is shorter than any piece.
        #expect(entry.handed <= received && entry.arrived <= entry.handed)
        let head = try await fixture.ask("HEAD", device, file)
        #expect(head["muster-sent"] == "\(entry.handed)")
        await fixture.end()
    }

    /// The system has not taken all of the piece that is on its way to a reader who does not read.
    @Test func aReaderWhoDoesNotReadHasNoMoreThanTheSystemHasTaken() async throws {
        let size = 40 * FileDelivery.pieceLength
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(size))
        let action = try await fixture.offer()
        let reader = try await fixture.connect(reads: false)
        try await reader.send(fixture.request("GET", device, fixture.file(action)))
        // Until it stands still: what was handed over is one piece more than was taken.
        try await eventuallyHolds {
            guard let open = try known(fixture).open.values.first else { return false }
            return open.end > open.taken && open.taken > 0
        }
        let head = try await fixture.ask("HEAD", device, fixture.file(action))
        var killed = try known(fixture)
        let open = try #require(killed.open.values.first)
        #expect(open.end - open.taken <= FileDelivery.pieceLength)
        killed.endAll(believes: true)
        let entry = try #require(killed.entries[device])
        #expect(entry.arrived < entry.handed)
        #expect(head["muster-sent"] == "\(entry.handed)")
        try await reader.readOn()
        #expect(try await reader.reply().body == fixture.payload)
        try await eventuallyHolds {
            try await fixture.ask("HEAD", device, fixture.file(action))["muster-sent"] == "\(size)"
        }
        await fixture.end()
    }

    /// A client that has more than the figure fetches the file anew: it is never less than what a reader has.
    @Test func aHeadSaysNoLessThanAReaderHas() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(200_000))
        let action = try await fixture.offer()
        try await ResettingReader.read(
            1000, of: fixture.request("GET", device, fixture.file(action)), at: fixture.running.port)
        try await hasBeenCut(fixture)
        for isRestarted in [false, true] {
            if isRestarted { try await fixture.restartGateway() }
            let sent = try #require(
                try await fixture.ask("HEAD", device, fixture.file(action))["muster-sent"].flatMap { Int64($0) })
            let entry = try #require(try known(fixture).entries[device])
            #expect(sent == entry.handed && sent >= 1000 && entry.arrived < 200_000)
        }
        await fixture.end()
    }
}
