import FleetCore
import Foundation
import TerminalTesting
import Testing

@testable import DeviceGateway

/// The program itself, from its start to the signal that ends it.
@Suite struct ServeProcessTests {
    @Test func aSignalDrainsIt() async throws {
        let service = try ServeProcess()
        let port = try await service.port()
        let token = try CredentialFile.issue(nil, directory: service.state)
        let connection = try await RawConnection.open(port)
        let request =
            "GET /DEFAULT/controller/v1/pos-nyc-001 HTTP/1.1\r\nHost: g\r\nAuthorization: GatewayToken \(token)\r\n"
        #expect(try await connection.ask(request + "\r\n").status == 200)
        try await connection.send(request + "Prefer: wait=100\r\n\r\n")
        let watcher = try await RawConnection.open(port)
        try await eventuallyHolds {
            let metrics = try await watcher.ask("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n").text
            return metrics.contains("muster_held_polls 1\n")
        }
        kill(service.process.processIdentifier, SIGTERM)
        #expect(try await connection.reply().status == 200)
        #expect(try await service.end() == 0)
    }

    private static let health = "GET /health HTTP/1.1\r\nHost: g\r\n\r\n"

    /// A process without a descriptor to spare would be ended by its own libraries.
    @Test func moreConnectionsThanTheSystemAllowsAreRefusedAndTheOthersServed() async throws {
        let service = try ServeProcess(descriptors: 160)
        let port = try await service.port()
        let notice = service.output.lines.first { $0["message"] == "connections are limited by the system" }
        #expect(notice?["remedy"] == "raise `ulimit -n`")
        let most = try #require(notice?["connections"].flatMap { Int($0) })
        #expect(most >= 16 && most < 160)
        let first = try await RawConnection.open(port)
        #expect(try await first.ask(Self.health).status == 200)
        var others: [RawConnection] = []
        for _ in 0..<400 { others.append(try await RawConnection.open(port)) }
        let refused = others
        try await eventuallyHolds { refused.count(where: \.isClosed) >= 400 - most }
        // What would end it looks once a second.
        let end = ContinuousClock.now + .seconds(3)
        try await eventuallyHolds {
            let status = try await first.ask(Self.health).status
            #expect(status == 200)
            return ContinuousClock.now >= end
        }
        for one in others { await one.close() }
        try await eventuallyHolds {
            let next = try await RawConnection.open(port)
            defer { Task { await next.close() } }
            return (try? await next.ask(Self.health).status) == 200
        }
        kill(service.process.processIdentifier, SIGTERM)
        #expect(try await service.end() == 0)
    }

    /// A part of the last piece went down with the process, whatever is written down of it; who fetches that part has
    /// everything.
    @Test(arguments: [false, true]) func whatASIGKILLKeptFromADeviceWasNotSentToIt(goesOn: Bool) async throws {
        let till = try TillFleet(), size = Int64(till.payload.count)
        let killed = try ServeProcess(fleet: till)
        let first = try await killed.port()
        let poll = try await RawConnection.open(first).ask(try till.request("GET"))
        let file = "/softwaremodules/\(try #require(poll.action("deploymentBase")))/artifacts/firmware.swu"
        let reader = try await RawConnection.open(first, reads: false)
        try await reader.send(try till.request("GET", file))
        // So slow that its last piece lies before the system for a while. What a small window lets through beside other tests
        // takes its time.
        try await eventuallyHolds(within: .seconds(300)) {
            reader.read()
            var state = DeliveryState()
            for record in try DeliveryFile.read(directory: till.state).records { state.apply(record) }
            return state.open.values.first.map { $0.end == size && $0.taken < size } ?? false
        }
        kill(killed.process.processIdentifier, SIGKILL)
        #expect(try await killed.end() == -SIGKILL)
        try await reader.readOn()
        try await eventuallyHolds { reader.isClosed }
        let next = try ServeProcess(fleet: till)
        let connection = try await RawConnection.open(try await next.port())
        let head = try await connection.ask(try till.request("HEAD", file), hasBody: false)
        let sent = try #require(head["muster-sent"].flatMap { Int64($0) })
        let start = size - Int64(FileDelivery.pieceLength)
        #expect(start <= Int64(reader.pending) && sent == size)
        if goesOn {
            let rest = "Range: bytes=\(start)-\r\nContent-Length: 0\r\n"
            let request = try till.request("GET", file).replacing("Content-Length: 0\r\n", with: rest)
            #expect(try await connection.ask(request).body == Array(till.payload[Int(start)...]))
        }
        let claim = try till.request("PUT", "/configData", body: #"{"data":{"firmware":"2.0.0"}}"#)
        #expect(try await connection.ask(claim).status == 200)
        let counts = try till.counts()
        #expect(counts["completed"] == (goesOn ? 1 : 0) && counts["failed"] == (goesOn ? 0 : 1), "\(counts)")
        kill(next.process.processIdentifier, SIGTERM)
        #expect(try await next.end() == 0)
    }

    @Test func tooFewDescriptorsAreSaidAtOnce() async throws {
        let service = try ServeProcess(descriptors: 60)
        #expect(try await service.end() == 1)
        try await eventuallyHolds { [output = service.output] in output.text.contains("raise `ulimit -n`") }
        #expect(service.output.text.hasPrefix("muster: this process may open only 60 files and connections"))
    }

    @Test func anAddressThatIsTakenIsSaidWithWhatToDo() async throws {
        let first = try ServeProcess()
        let port = try await first.port()
        let second = try ServeProcess(listen: "127.0.0.1:\(port)")
        #expect(try await second.end() == 1)
        let line = "muster: cannot listen on 127.0.0.1:\(port): Address already in use; end what listens there"
        try await eventuallyHolds { [output = second.output] in output.text.contains(line) }
    }
}
