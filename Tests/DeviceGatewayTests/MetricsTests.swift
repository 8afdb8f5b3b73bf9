import Crypto
import DeviceGateway
import FleetCore
import Foundation
import Logging
import Testing

@testable import muster

/// What the gateway says of itself.
@Suite struct MetricsTests {
    /// The numbers of a reading, by name and labels; records what is not in the format.
    private func read(_ text: String) -> [String: Double] {
        var numbers: [String: Double] = [:]
        var described: Set<Substring> = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                #expect(words.count == 4 && ["counter", "gauge", "histogram"].contains(words[3]), "\(line)")
                described.insert(words[2])
            } else if !line.hasPrefix("# HELP ") {
                guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...]) else {
                    Issue.record("no sample: \(line)")
                    continue
                }
                numbers[String(line[..<blank])] = value
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(described.contains { name.hasPrefix($0) }, "\(line)")
            }
        }
        return numbers
    }

    @Test func everythingThatHappenedIsCounted() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fixture.ask("GET", "device-1", "deploymentBase/\(action)").status == 200)
        #expect(try await fixture.ask("GET", "device-1", "deploymentBase/\(action)").status == 200)
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 200)
        #expect(try await fixture.ask("GET", "device-1", proof: "").status == 401)
        #expect(try await fixture.ask("GET", "", "/nowhere").status == 404)
        let held = try await fixture.connect()
        // Of a device that has nothing to do: none has, so one that is not in service is asked for none.
        try await held.send(fixture.request("GET", "device-2", headers: ["Prefer: wait=1"]))
        #expect(try await held.reply().status == 200)
        let reply = try await fixture.ask("GET", "", "/metrics", proof: "")
        #expect(reply.status == 200 && reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let numbers = read(reply.text)
        // Not the one that was refused.
        #expect(numbers["muster_polls_total"] == 2)
        #expect(numbers[#"muster_requests_total{route="deploymentBase",status="200"}"#] == 2)
        #expect(numbers[#"muster_requests_total{route="artifact",status="200"}"#] == 1)
        #expect(numbers[#"muster_requests_total{route="poll",status="401"}"#] == 1)
        #expect(numbers[#"muster_requests_total{route="none",status="404"}"#] == 1)
        #expect(numbers[#"muster_refusals_total{why="unproven"}"#] == 1)
        #expect(numbers[#"muster_refusals_total{why="notFound"}"#] == 1)
        #expect(numbers["muster_orders_given_total"] == 1)
        #expect(numbers[#"muster_delivered_bytes_total{region="north"}"#] == Double(fixture.payload.count))
        #expect(numbers["muster_held_polls"] == 0 && numbers["muster_open_deliveries"] == 0)
        #expect((numbers["muster_connections"] ?? 0) >= 1)
        #expect(numbers["muster_engine_queue_depth"] != nil && numbers["muster_engine_calls"] == 0)
        #expect(numbers[#"muster_assignments{update="patch",state="inProgress"}"#] == 3)
        #expect(numbers[#"muster_assignments{update="patch",state="completed"}"#] == 0)
        #expect(numbers[#"muster_assignments{update="patch",state="turnedBad"}"#] == 0)
        let commits = numbers["muster_journal_commit_seconds_count"] ?? 0
        #expect(commits > 0 && numbers[#"muster_journal_commit_seconds_bucket{le="+Inf"}"#] == commits)
        #expect((numbers["muster_journal_commit_seconds_sum"] ?? 0) > 0)
        #expect(!reply.text.contains("device-"))
        await fixture.end()
    }

    /// As on every screen: a success that did not last is none.
    @Test func whatTurnedBadIsNotCompleted() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 200)
        let path = "deploymentBase/\(action)/feedback", done = GatewayFixture.feedback("closed", "success")
        try await eventuallyHolds {
            _ = try await fixture.ask("POST", "device-1", path, body: done)
            return try await fixture.view().update?.summary.tally[.completed] == 1
        }
        let before = read(try await fixture.ask("GET", "", "/metrics").text)
        #expect(before[#"muster_assignments{update="patch",state="completed"}"#] == 1)
        let body = #"{"data":{"firmware":"1.0.0"}}"#
        #expect(try await fixture.ask("PUT", "device-1", "configData", body: body).status == 200)
        let after = read(try await fixture.ask("GET", "", "/metrics").text)
        #expect(after[#"muster_assignments{update="patch",state="completed"}"#] == 0)
        #expect(after[#"muster_assignments{update="patch",state="failed"}"#] == 1)
        #expect(after[#"muster_assignments{update="patch",state="turnedBad"}"#] == 1)
        await fixture.end()
    }

    /// It fell back by itself, before it had fetched anything.
    @Test func whatIsBackIsNotCompleted() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 200)
        let path = "deploymentBase/\(action)/feedback", done = GatewayFixture.feedback("closed", "success")
        try await eventuallyHolds {
            _ = try await fixture.ask("POST", "device-1", path, body: done)
            return try await fixture.view().update?.summary.tally[.completed] == 1
        }
        let id = GatewayFixture.update.id
        let hash = SHA256.hash(data: Data(fixture.payload)).map { String(format: "%02x", $0) }.joined()
        let file = Artifact(name: GatewayFixture.fileName, size: Int64(fixture.payload.count), sha256: hash)
        try await fixture.command(
            .addReleases([Release(version: Version(1, 0, 0), artifacts: [file])]),
            .rollBack(update: id, confirmation: id, preview: nil))
        let body = #"{"data":{"firmware":"1.0.0"}}"#
        #expect(try await fixture.ask("PUT", "device-1", "configData", body: body).status == 200)
        let numbers = read(try await fixture.ask("GET", "", "/metrics").text)
        #expect(numbers[#"muster_assignments{update="patch",state="completed"}"#] == 0)
        #expect(numbers[#"muster_assignments{update="patch",state="back"}"#] == 1)
        #expect(numbers[#"muster_assignments{update="patch",state="failed"}"#] == 0)
        await fixture.end()
    }

    @Test func theGateOfEachPhaseIsSeen() async throws {
        let fixture = try await GatewayFixture(devices: 4)
        var gate = Gate()
        gate.threshold = 9000
        let phases = [
            PhaseDefinition(name: "ca\"na\nry", percent: 25, gate: gate), PhaseDefinition(name: "all", percent: 100),
        ]
        let update = UpdateDefinition(
            id: "phased", release: Version(2, 0, 0), selector: .all,
            strategy: .progressive(phases: phases, onFailure: .pause))
        try await fixture.command(.draft(update), .start(update: "phased"))
        let numbers = read(try await fixture.ask("GET", "", "/metrics").text)
        #expect(numbers[#"muster_gate_state{update="phased",phase="ca\"na\nry",state="unproven"}"#] == 1)
        #expect(numbers[#"muster_gate_state{update="phased",phase="ca\"na\nry",state="passed"}"#] == 0)
        #expect(numbers[#"muster_gate_state{update="phased",phase="all",state="waiting"}"#] == 1)
        await fixture.end()
    }

    @Test func healthIsOpenAndSaysWhatIsWrong() async throws {
        let fixture = try await GatewayFixture()
        let well = try await fixture.ask("GET", "", "/health", proof: "")
        #expect(well.status == 200 && well.text == "ok\n")
        await fixture.end()
        let failing = try await GatewayFixture(failure: "the disk is full")
        let ill = try await failing.ask("GET", "", "/health", proof: "")
        #expect(ill.status == 503 && ill.text.contains("the disk is full"))
        await failing.end()
    }

    @Test func whatHappensIsWrittenDownWithoutSecrets() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let own = try fixture.token("device-1")
        let proof = "TargetToken \(own)"
        for path in ["deploymentBase/\(action)", fixture.file(action)] {
            #expect(try await fixture.ask("GET", "device-1", path, proof: proof).status == 200)
        }
        let path = "deploymentBase/\(action)/feedback", done = GatewayFixture.feedback("closed", "success")
        #expect(try await fixture.ask("POST", "device-1", path, proof: proof, body: done).status == 200)
        #expect(try await fixture.ask("GET", "device-1", proof: "TargetToken wrong\(own)").status == 401)
        let lines = fixture.log.all
        for message in ["an order was given", "a download has begun", "a download has finished", "an action has ended"]
        {
            let found = lines.filter { $0.message == message }
            #expect(found.count == 1, "\(message)")
            #expect(found.first?.fields["device"] == "device-1" && found.first?.fields["update"] == "patch")
        }
        #expect(lines.first { $0.message == "a download has finished" }?.fields["bytes"] == "\(fixture.payload.count)")
        #expect(lines.contains { $0.message == "refused" && $0.fields["why"] == "unproven" })
        #expect(!lines.contains { "\($0)".contains(own) || "\($0)".contains(fixture.fleetToken) })
        await fixture.end()
    }

    @Test func whatIsNoRequestIsCountedAndWrittenDown() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await fixture.connect()
        try await connection.send("no request\r\n\r\n")
        #expect(try await connection.reply().status == 400)
        let numbers = read(try await fixture.ask("GET", "", "/metrics").text)
        #expect(numbers[#"muster_refusals_total{why="unreadable"}"#] == 1)
        let lines = fixture.log.all.filter { $0.message == "refused" && $0.fields["why"] == "unreadable" }
        #expect(lines.count == 1 && lines.first?.fields["address"] == "127.0.0.1")
        await fixture.end()
    }

    @Test func whatADeviceSaysIsInertInTheLog() throws {
        let path = NSTemporaryDirectory() + "log-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let said = "a\u{1b}[2J\u{202e}b\u{9b}31m\n\"é😀\u{7f}"
        let file = try #require(FileHandle(forWritingAtPath: path))
        let log = LogQueue { try? file.write(contentsOf: $0) }
        Logger.jsonLines(to: log).warning("refused", metadata: ["device": "\(said)"])
        log.flush()
        try file.close()
        let line = try Data(contentsOf: URL(filePath: path))
        #expect(line.dropLast().allSatisfy { (0x20..<0x7F).contains($0) } && line.last == 0x0A)
        let fields = try #require(try JSONSerialization.jsonObject(with: line) as? [String: String])
        #expect(fields["device"] == said && fields["message"] == "refused" && fields["level"] == "warning")
    }

    @Test func aFloodOfRefusalsDoesNotFillTheLog() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await fixture.connect()
        let before = fixture.log.all.count, began = ContinuousClock.now
        for _ in 0..<500 { _ = try await connection.ask(fixture.request("GET", "device-1", proof: "")) }
        let seconds = Int((ContinuousClock.now - began).components.seconds) + 2
        #expect(fixture.log.all.count - before <= seconds * (GatewayLimits().refusalLinesPerSecond + 1))
        try await eventuallyHolds {
            _ = try await connection.ask(fixture.request("GET", "device-1", proof: ""))
            return fixture.log.all.contains { $0.fields["count"] != nil }
        }
        await fixture.end()
    }
}
