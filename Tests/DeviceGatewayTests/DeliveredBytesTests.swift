import FleetCore
import Foundation
import Logging
import NIOCore
import Testing

@testable import DeviceGateway

/// Only what has arrived counts as delivered, and only who was sent everything can have completed.
@Suite(.timeLimit(.minutes(10))) struct DeliveredBytesTests {
    private let device = "device-1"

    private func claim(_ fixture: GatewayFixture, _ version: String = "2.0.0") async throws {
        let body = #"{"data":{"firmware":"\#(version)"}}"#
        #expect(try await fixture.ask("PUT", device, "configData", body: body).status == 200)
    }

    private func close(_ fixture: GatewayFixture, _ action: UInt32) async throws {
        let body = GatewayFixture.feedback("closed", "success")
        let reply = try await fixture.ask("POST", device, "deploymentBase/\(action)/feedback", body: body)
        #expect(reply.status == 200)
    }

    /// The state of the first device, and why.
    private func end(_ fixture: GatewayFixture) async throws -> (AssignmentState?, String?) {
        let row = try await fixture.view(detail: device).detail?.row.assignment
        return (row?.state, row?.reason?.description)
    }

    @Test func whoFetchedNothingAndRunsTheReleaseIsSkipped() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        try await claim(fixture)
        try await close(fixture, action)
        #expect(try await end(fixture) == (.skipped, "already on 2.0.0"))
        #expect(try await fixture.view().update?.summary.tally[.completed] == 0)
        await fixture.end()
    }

    @Test func whoFetchedAPartAndRunsTheReleaseHasFailed() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let part = try await fixture.ask("GET", device, fixture.file(action), headers: ["Range: bytes=0-100"])
        #expect(part.status == 206)
        try await claim(fixture)
        #expect(try await end(fixture) == (.failed, "runs 2.0.0 without having fetched it"))
        await fixture.end()
    }

    @Test func whoFetchedEverythingHasCompleted() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fixture.ask("GET", device, fixture.file(action)).body == fixture.payload)
        // By the first word that the device says on another connection.
        try await claim(fixture)
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    /// The system takes the whole file from the gateway at once, and the reader none of it.
    @Test func anAnswerOfAConnectionThatWasResetIsNotDelivered() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(200_000))
        let action = try await fixture.offer()
        for _ in 0..<3 {
            try await ResettingReader.read(
                1000, of: fixture.request("GET", device, fixture.file(action)), at: fixture.running.port)
        }
        try await eventuallyHolds {
            fixture.log.all.count { $0.message == "a download has been cut" } == 3
        }
        try await close(fixture, action)
        let (state, reason) = try await end(fixture)
        #expect(state == .retrying && reason == "success without the files")
        await fixture.end()
    }

    /// A client that has everything, and whose connection was reset before that was known, says so by asking for more.
    @Test func whoAsksForMoreThanThereIsHasEverything() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(200_000))
        let action = try await fixture.offer()
        try await ResettingReader.read(
            200_000, of: fixture.request("GET", device, fixture.file(action)), at: fixture.running.port)
        // Whether the last acknowledgement came before the reset is the system's business.
        try await eventuallyHolds {
            fixture.log.all.contains { ["a download has been cut", "a download has finished"].contains($0.message) }
        }
        let rest = try await fixture.ask("GET", device, fixture.file(action), headers: ["Range: bytes=200000-"])
        #expect(rest.status == 416)
        try await close(fixture, action)
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    /// What lay in the system's memory when a reader ended its connection never left, whatever the reader asks for then.
    @Test(arguments: ["200000-", "199999-"]) func whoLetNothingLeaveHasNothingByAskingForMore(range: String)
        async throws
    {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(200_000))
        let action = try await fixture.offer()
        try await ResettingReader.read(
            1000, of: fixture.request("GET", device, fixture.file(action)), at: fixture.running.port)
        try await eventuallyHolds { fixture.log.all.contains { $0.message == "a download has been cut" } }
        #expect([206, 416].contains(try await fetch(fixture, action, range).status))
        try await close(fixture, action)
        let (state, reason) = try await end(fixture)
        #expect(state == .retrying && reason == "success without the files")
        await fixture.end()
    }

    /// A client that has said that it asks for nothing more, and is gone then, is seen to be gone only when a piece cannot be
    /// written any more: what it had taken is its own all the same.
    @Test func whoEndsAndGoesOnHasWhatItGot() async throws {
        let size = 40 * FileDelivery.pieceLength
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(size))
        let action = try await fixture.offer()
        let count = 10 * FileDelivery.pieceLength
        try await ResettingReader.read(
            count, of: fixture.request("GET", device, fixture.file(action)), at: fixture.running.port, asksNoMore: true)
        #expect(try await fetch(fixture, action, "\(count)-").status == 206)
        try await claim(fixture)
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    /// A device whose line went down goes on behind what it has on another connection, of which the first knows nothing.
    @Test func whoGoesOnWhileTheFirstConnectionStillStandsHasWhatItGot() async throws {
        let size = 40 * FileDelivery.pieceLength
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(size))
        let action = try await fixture.offer()
        let reader = try await fixture.connect(reads: false)
        try await reader.send(fixture.request("GET", device, fixture.file(action)))
        try await eventuallyHolds {
            reader.read()
            return reader.pending > 20 * FileDelivery.pieceLength
        }
        // Without the head of the answer, which is shorter than this.
        let start = reader.pending - FileDelivery.pieceLength
        #expect(try await fetch(fixture, action, "\(start)-").status == 206)
        try await claim(fixture)
        #expect(try await end(fixture) == (.completed, nil))
        await reader.close()
        await fixture.end()
    }

    @Test func whoFetchesByRangesInWhicheverOrderHasEverything() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        for range in ["200000-", "100000-199999", "0-99999"] {
            #expect(try await fetch(fixture, action, range).status == 206)
        }
        try await close(fixture, action)
        try await claim(fixture)
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    private func fetch(_ fixture: GatewayFixture, _ action: UInt32, _ range: String) async throws -> Reply {
        try await fixture.ask("GET", device, fixture.file(action), headers: ["Range: bytes=\(range)"])
    }

    /// Wherever the part begins.
    @Test func whoFetchedAPartThatDoesNotBeginAtTheStartHasFailed() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fetch(fixture, action, "1000-200000").status == 206)
        try await close(fixture, action)
        #expect(try await end(fixture) == (.retrying, "success without the files"))
        try await claim(fixture)
        #expect(try await end(fixture) == (.failed, "runs 2.0.0 without having fetched it"))
        await fixture.end()
    }

    /// Also in an attempt that begins after the lie.
    @Test(arguments: [false, true])
    func whoClaimedWithoutTheFilesIsNotSkipped(isRestarted: Bool) async throws {
        let fixture = try await GatewayFixture()
        try await close(fixture, try await fixture.offer())
        #expect(try await end(fixture) == (.retrying, "success without the files"))
        if isRestarted { try await fixture.restartGateway() }
        try await claim(fixture)
        #expect(try await end(fixture) == (.failed, "runs 2.0.0 without having fetched it"))
        await fixture.end()
    }

    /// Who says that it has downloaded has claimed to have it.
    @Test func whoSaidThatItHadDownloadedIsNotSkipped() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        for word in ["downloaded", "proceeding"] {
            let body = GatewayFixture.feedback(word)
            let reply = try await fixture.ask("POST", device, "deploymentBase/\(action)/feedback", body: body)
            #expect(reply.status == 200)
        }
        try await claim(fixture)
        #expect(try await end(fixture) == (.failed, "runs 2.0.0 without having fetched it"))
        await fixture.end()
    }

    // MARK: - A restart

    /// A range says where it begins, and not that what lies before it was ever sent.
    @Test(arguments: [false, true])
    func aPartAndTheLastByteAreNotEverythingAfterARestart(isReset: Bool) async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(3_000_000))
        let action = try await fixture.offer()
        if isReset {
            let request = fixture.request("GET", device, fixture.file(action))
            try await ResettingReader.read(100, of: request, at: fixture.running.port)
            try await eventuallyHolds { fixture.log.all.contains { $0.message == "a download has been cut" } }
        } else {
            #expect(try await fetch(fixture, action, "0-99").status == 206)
        }
        try await fixture.restartGateway()
        #expect(try await fetch(fixture, action, "2999999-").status == 206)
        try await close(fixture, action)
        #expect(try await end(fixture) == (.retrying, "success without the files"))
        try await claim(fixture)
        #expect(try await end(fixture) == (.failed, "runs 2.0.0 without having fetched it"))
        await fixture.end()
    }

    @Test func whoGoesOnAfterARestartHasEverything() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fetch(fixture, action, "0-199999").status == 206)
        try await fixture.restartGateway()
        #expect(try await fetch(fixture, action, "200000-").status == 206)
        try await fixture.restartGateway()
        try await close(fixture, action)
        try await claim(fixture)
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    /// The last byte has left, and the process is killed before it knows more.
    @Test(arguments: [false, true])
    func whoHadEverythingWhenTheProcessWasKilledHasIt(tellsVersion: Bool) async throws {
        let fixture = try await GatewayFixture()
        let action = try await leftByAKill(fixture, isTaken: true)
        if tellsVersion { try await claim(fixture) } else { try await close(fixture, action) }
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    /// What the system had not taken of the last piece went down with the process.
    @Test(arguments: [false, true])
    func whoLackedTheLastPieceWhenTheProcessWasKilledDoesNotHaveIt(tellsVersion: Bool) async throws {
        let fixture = try await GatewayFixture()
        let action = try await leftByAKill(fixture, isTaken: false)
        let head = try await fixture.ask("HEAD", device, fixture.file(action))
        #expect(head["muster-sent"] == "\(fixture.payload.count)")
        if tellsVersion {
            try await claim(fixture)
            #expect(try await end(fixture) == (.failed, "runs 2.0.0 without having fetched it"))
        } else {
            try await close(fixture, action)
            #expect(try await end(fixture) == (.retrying, "success without the files"))
        }
        await fixture.end()
    }

    /// And fetches no more than that again.
    @Test func whoFetchesTheLastPieceAgainAfterAKillHasEverything() async throws {
        let fixture = try await GatewayFixture()
        let action = try await leftByAKill(fixture, isTaken: false)
        #expect(try await fetch(fixture, action, "\(2 * FileDelivery.pieceLength)-").status == 206)
        try await claim(fixture)
        #expect(try await end(fixture) == (.completed, nil))
        await fixture.end()
    }

    /// What a process that was killed leaves, of whose bytes only the last piece may not have been taken: the order, and
    /// how far it came. Gives the action.
    private func leftByAKill(_ fixture: GatewayFixture, isTaken: Bool) async throws -> UInt32 {
        let action = try await fixture.offer()
        let hash = try #require(
            try await fixture.ask("GET", device, "deploymentBase/\(action)").text.firstMatch(of: /"sha256":"(\w+)"/))
        let killed = DeliveryLedger(directory: fixture.folder, logger: Logger(label: "t") { _ in fixture.log.handler })
        let file = DeliveredFile(place: 0, sha256: String(hash.1))
        killed.fetches(action, by: device)
        let delivery = killed.began(file, at: 0, to: device), size = Int64(fixture.payload.count)
        let piece = Int64(FileDelivery.pieceLength)
        for end in [piece, 2 * piece, size] { killed.hands(delivery, upTo: end, arrived: 0) }
        if isTaken { killed.taken(delivery, upTo: size, arrived: 0) }
        try await fixture.restartGateway()
        return action
    }

    @Test(arguments: [[], [Artifact(name: "empty", size: 0, sha256: String(repeating: "0", count: 64))]])
    func aReleaseWithoutFilesIsOfferedToNobody(files: [Artifact]) async throws {
        let fixture = try await GatewayFixture()
        try await fixture.command(.addReleases([Release(version: Version(3, 0, 0), artifacts: files)]))
        let update = UpdateDefinition(
            id: "empty", release: Version(3, 0, 0), selector: .all, strategy: .immediate(offline: .queue))
        try await fixture.command(.draft(update), .start(update: "empty"))
        let poll = try await fixture.ask("GET", device)
        #expect(poll.status == 200 && poll.action("deploymentBase") == nil)
        try await eventuallyHolds {
            let row = try await fixture.view(of: "empty", detail: device).detail?.row.assignment
            return row?.state == .failed && row?.reason?.description == "the release has no files"
        }
        await fixture.end()
    }
}

/// Reads a few bytes of an answer and resets the connection.
enum ResettingReader {
    /// Off the threads of tasks, which the gateway needs while this waits.
    /// - Parameter asksNoMore: Whether it closes its half of the connection in the middle.
    static func read(_ count: Int, of request: String, at port: Int, asksNoMore: Bool = false) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                done.resume(with: Result { try readHere(count, of: request, at: port, asksNoMore) })
            }
        }
    }

    private static func readHere(_ count: Int, of request: String, at port: Int, _ asksNoMore: Bool) throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(socket >= 0)
        defer { _ = Foundation.close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        // So that the reader's system takes only a little of it too.
        var room: Int32 = 4096
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        let bytes = Array(request.utf8)
        try #require(send(socket, bytes, bytes.count, 0) == bytes.count)
        var head: [UInt8] = [], byte: UInt8 = 0
        while head.suffix(4) != [13, 10, 13, 10] {
            try #require(recv(socket, &byte, 1, 0) == 1)
            head.append(byte)
        }
        var buffer = [UInt8](repeating: 0, count: count)
        for part in [count / 2, count - count / 2] {
            try #require(recv(socket, &buffer, part, Int32(MSG_WAITALL)) == part)
            if asksNoMore { shutdown(socket, Int32(SHUT_WR)) }
        }
        var reset = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
    }
}
