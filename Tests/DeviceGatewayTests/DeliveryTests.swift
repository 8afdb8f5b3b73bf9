import ArtifactStore
import Crypto
import FleetCore
import Foundation
import Testing

@testable import muster

/// Files and parts of them, as clients and others ask for them.
@Suite struct DeliveryTests {
    private struct Case {
        var range: String
        var status: Int
        var part: Range<Int> = 0..<0
    }

    private static let size = 300_000
    private static let cases = [
        Case(range: "bytes=0-0", status: 206, part: 0..<1),
        Case(range: "bytes=0-", status: 206, part: 0..<size),
        Case(range: "bytes=100-199", status: 206, part: 100..<200),
        Case(range: "bytes=-500", status: 206, part: size - 500..<size),
        Case(range: "bytes=-999999999", status: 206, part: 0..<size),
        Case(range: "bytes=299999-", status: 206, part: size - 1..<size),
        Case(range: "bytes=299000-99999999999999999999999", status: 206, part: 299_000..<size),
        Case(range: "BYTES=1-2", status: 206, part: 1..<3),
        Case(range: "bytes=300000-", status: 416), Case(range: "bytes=300000-300001", status: 416),
        Case(range: "bytes=-0", status: 416), Case(range: "bytes=9223372036854775807-", status: 416),
        Case(range: "bytes=18446744073709551615-18446744073709551616", status: 416),
        Case(range: "bytes=0-1,5-6", status: 200), Case(range: "bytes=5-1", status: 200),
        Case(range: "bytes=", status: 200), Case(range: "bytes=-", status: 200), Case(range: "bytes=a-b", status: 200),
        Case(range: "bytes=--5", status: 200), Case(range: "bytes=-5-", status: 200),
        Case(range: "bytes=1-2-3", status: 200),
        Case(range: "bytes=+1-2", status: 200), Case(range: "bytes=0x1-2", status: 200),
        Case(range: "items=0-1", status: 200), Case(range: "0-1", status: 200), Case(range: "\u{661}-2", status: 200),
        Case(range: "bytes=" + (0..<400).map { "\($0)-" }.joined(separator: ","), status: 200),
    ]

    @Test func hostileRangesAreAnsweredByAPartTheWholeOr416() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(Self.size))
        let file = fixture.file(try await fixture.offer())
        let connection = try await fixture.connect()
        for one in Self.cases {
            let request = fixture.request("GET", "device-1", file, headers: ["Range: \(one.range)"])
            let reply = try await connection.ask(request)
            #expect(reply.status == one.status, "\(one.range)")
            switch one.status {
            case 206:
                #expect(reply.body == Array(fixture.payload[one.part]), "\(one.range)")
                let last = one.part.upperBound - 1
                #expect(reply["content-range"] == "bytes \(one.part.lowerBound)-\(last)/\(Self.size)")
            case 200: #expect(reply.body == fixture.payload && reply["content-range"] == nil, "\(one.range)")
            default: #expect(reply["content-range"] == "bytes */\(Self.size)" && reply.body.isEmpty, "\(one.range)")
            }
        }
        await fixture.end()
    }

    @Test func conditionsAndHeadAreUnderstood() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(Self.size))
        let file = fixture.file(try await fixture.offer())
        let head = try await fixture.ask("HEAD", "device-1", file)
        #expect(head.status == 200 && head["content-length"] == "\(Self.size)" && head["accept-ranges"] == "bytes")
        let tag = try #require(head["etag"])
        func ask(_ headers: String...) async throws -> Reply {
            try await fixture.ask("GET", "device-1", file, headers: headers)
        }
        let same = try await ask("If-None-Match: \(tag)")
        #expect(same.status == 304 && same["etag"] == tag)
        #expect(try await ask("If-None-Match: *").status == 304)
        #expect(try await ask("If-None-Match: \"a\", \(tag)").status == 304)
        #expect(try await ask("If-None-Match: \"a\"").status == 200)
        for wrong in ["\"a\"", "W/\(tag)", "\"a\", \"b\""] {
            let failed = try await ask("If-Match: \(wrong)", "If-None-Match: \(tag)")
            #expect(failed.status == 412 && failed.body.isEmpty, "\(wrong)")
        }
        for right in ["*", tag, "\"a\", \(tag)"] { #expect(try await ask("If-Match: \(right)").status == 200) }
        #expect(try await ask("If-Match: \(tag)", "Range: bytes=5-").status == 206)
        #expect(try await ask("Range: bytes=5-", "If-Range: \(tag)").status == 206)
        let changed = try await ask("Range: bytes=5-", "If-Range: \"other\"")
        #expect(changed.status == 200 && changed.body == fixture.payload)
        #expect(try await ask("Range: bytes=5-", "If-Range: W/\(tag)").status == 200)
        let part = try await fixture.ask("HEAD", "device-1", file, headers: ["Range: bytes=10-19"])
        #expect(part.status == 206 && part["content-length"] == "10")
        await fixture.end()
    }

    /// So that a client does not go on with what this gateway does not know to have sent: it would not count.
    @Test func aHeadSaysWhatTheDeviceWasSent() async throws {
        let fixture = try await GatewayFixture(
            payload: GatewayFixture.bytes(Self.size), settings: { $0.retry.backoff = .milliseconds(10) })
        let file = fixture.file(try await fixture.offer())
        func sent() async throws -> String? { try await fixture.ask("HEAD", "device-1", file)["muster-sent"] }
        func fetch(_ range: String) async throws {
            let reply = try await fixture.ask("GET", "device-1", file, headers: ["Range: bytes=\(range)"])
            #expect(reply.status == 206 && reply["muster-sent"] == nil)
        }
        #expect(try await sent() == "0")
        try await fetch("100-199")
        #expect(try await sent() == "0")
        try await fetch("0-149")
        #expect(try await sent() == "200")
        try await fixture.restartGateway()
        #expect(try await sent() == "200")
        // It holds over the attempts at a release.
        let body = GatewayFixture.feedback("closed", "success")
        let action = try #require(file.split(separator: "/").dropFirst().first)
        let told = try await fixture.ask("POST", "device-1", "deploymentBase/\(action)/feedback", body: body)
        #expect(told.status == 200)
        let next = try await eventually { try await fixture.ask("GET", "device-1").action("deploymentBase") }
        let head = try await fixture.ask("HEAD", "device-1", fixture.file(next))
        #expect("\(next)" != action && head.status == 200 && head["muster-sent"] == "200")
        await fixture.end()
    }

    @Test func theMD5IsThatOfTheFile() async throws {
        let fixture = try await GatewayFixture()
        let reply = try await fixture.ask("GET", "device-1", fixture.file(try await fixture.offer()) + ".MD5SUM")
        let md5 = Insecure.MD5.hash(data: Data(fixture.payload)).map { String(format: "%02x", $0) }.joined()
        #expect(reply.status == 200 && reply.text == "\(md5)  firmware.swu\n")
        await fixture.end()
    }

    @Test func aDownloadThatIsCutEarlyAndResumedCountsAsWhole() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(8 << 20))
        let action = try await fixture.offer()
        let first = try await fixture.connect(reads: false)
        try await first.send(fixture.request("GET", "device-1", fixture.file(action)))
        // Some of it arrives, and then the line goes down, within the first second.
        try await eventuallyHolds {
            first.read()
            return first.pending > 50_000
        }
        let got = 40_000
        await first.close()
        let rest = try await fixture.ask("GET", "device-1", fixture.file(action), headers: ["Range: bytes=\(got)-"])
        #expect(rest.status == 206 && rest.body.count == fixture.payload.count - got)
        let path = "deploymentBase/\(action)/feedback", done = GatewayFixture.feedback("closed", "success")
        #expect(try await fixture.ask("POST", "device-1", path, body: done).status == 200)
        try await eventuallyHolds { try await fixture.view().update?.summary.tally[.completed] == 1 }
        await fixture.end()
    }

    @Test func whatTheSystemHasForgottenIsReadFromTheDisk() async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(4 << 20))
        let action = try await fixture.offer()
        let hash = SHA256.hash(data: Data(fixture.payload)).map { String(format: "%02x", $0) }.joined()
        let file = try #require(try ArtifactStore(state: fixture.folder).open(sha256: hash))
        fsync(file.descriptor)
        posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
        let reply = try await fixture.ask("GET", "device-1", fixture.file(action))
        #expect(reply.status == 200 && reply.body == fixture.payload)
        await fixture.end()
    }

    /// Writes to the stored file as it lies there; whoever holds it open sees the new bytes.
    private func overwrite(_ fixture: GatewayFixture, at place: Int = 0) throws {
        let hash = SHA256.hash(data: Data(fixture.payload)).map { String(format: "%02x", $0) }.joined()
        let path = "\(fixture.folder)/artifacts/objects/\(hash.prefix(2))/\(hash)"
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: Data([~fixture.payload[place]]))
        try file.close()
    }

    /// Whoever reads as much as was announced would believe to have the right bytes.
    @Test(arguments: [0, 4 << 20, (8 << 20) - 1])
    func aFileThatIsOverwrittenDuringADownloadIsNotDeliveredToItsEnd(place: Int) async throws {
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(8 << 20))
        let action = try await fixture.offer()
        let reader = try await fixture.connect(reads: false)
        try await reader.send(fixture.request("GET", "device-1", fixture.file(action)))
        try await eventuallyHolds {
            reader.read()
            return reader.pending > 50_000
        }
        try overwrite(fixture, at: place)
        try await reader.readOn()
        try await eventuallyHolds { reader.isClosed }
        #expect(reader.pending < fixture.payload.count)
        try await eventuallyHolds { fixture.log.all.contains { $0.message == "a download has been cut" } }
        #expect(!fixture.log.all.contains { $0.message == "a download has finished" })
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 503)
        await fixture.end()
    }

    @Test func aDamagedFileIsCopiedAnewFromTheFleetsDirectory() async throws {
        let fixture = try await GatewayFixture()
        let releases = "\(fixture.folder)/releases/2.0.0"
        try FileManager.default.createDirectory(atPath: releases, withIntermediateDirectories: true)
        try Data(fixture.payload).write(to: URL(fileURLWithPath: "\(releases)/\(GatewayFixture.fileName)"))
        let action = try await fixture.offer()
        for _ in 0..<2 {
            try overwrite(fixture)
            let reply = try await fixture.ask("GET", "device-1", fixture.file(action))
            #expect(reply.status == 200 && reply.body == fixture.payload)
        }
        try FileManager.default.removeItem(atPath: "\(fixture.folder)/artifacts")
        let other = fixture.file(try await fixture.action("device-2"))
        #expect(try await fixture.ask("GET", "device-2", other).status == 200)
        #expect(!fixture.log.all.contains { $0.level == .error })
        await fixture.end()
    }

    /// Nothing mends it: that is said once, with what to do, however many ask.
    @Test func aFileThatCannotBeHadIsOneLineOfTheLogAndANumberOfItsOwn() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        try overwrite(fixture)
        for _ in 0..<5 {
            #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 503)
        }
        let errors = fixture.log.all.filter { $0.level == .error }
        #expect(errors.map(\.message) == ["a file of a release cannot be delivered"])
        #expect(errors.first?.fields["release"] == "2.0.0" && errors.first?.fields["file"] == GatewayFixture.fileName)
        let metrics = try await fixture.ask("GET", "", "/metrics").text
        #expect(metrics.contains("muster_refusals_total{why=\"undeliverable\"} 5\n"), "\(metrics)")
        #expect(!metrics.contains("why=\"busy\""))
        await fixture.end()
    }

    /// Whoever looks at the fleet sees it, as long as it is so and no longer, whether a device asks again or not.
    @Test func whatCannotBeDeliveredIsSeenUntilItIsMended() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(try await fixture.view().alerts == [])
        try overwrite(fixture)
        #expect(try await fixture.ask("GET", "device-1", "deploymentBase/\(action)").status == 503)
        let alerts = try await fixture.view().alerts
        #expect(alerts.count == 1 && alerts.first?.severity == .warning)
        let start = "release 2.0.0 cannot be delivered: \(GatewayFixture.fileName): "
        #expect(alerts.first?.text.hasPrefix(start) == true, "\(alerts)")
        fixture.files.lookAgain(after: .zero)
        #expect(try await fixture.view().alerts == alerts)
        let releases = "\(fixture.folder)/releases/2.0.0"
        try FileManager.default.createDirectory(atPath: releases, withIntermediateDirectories: true)
        try Data(fixture.payload).write(to: URL(fileURLWithPath: "\(releases)/\(GatewayFixture.fileName)"))
        fixture.files.lookAgain(after: .zero)
        #expect(try await fixture.view().alerts == [])
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 200)
        await fixture.end()
    }

    /// It needs the order to confirm what it has installed. Who still needs bytes gets none.
    @Test(arguments: [false, true])
    func whoWasSentEverythingGetsItsOrderThoughItCannotBeDeliveredAnyMore(isRestarted: Bool) async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let other = try await fixture.action("device-2"), path = "deploymentBase/\(action)"
        let order = try await fixture.ask("GET", "device-1", path)
        #expect(order.status == 200)
        let part = try await fixture.ask("GET", "device-2", fixture.file(other), headers: ["Range: bytes=0-100"])
        #expect(part.status == 206)
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).body == fixture.payload)
        try overwrite(fixture)
        if isRestarted { try await fixture.restartGateway() }
        let again = try await fixture.ask("GET", "device-1", path)
        #expect(again.status == 200 && again.text.hasPrefix("{\"id\":\"\(action)\","), "\(again.text)")
        // Only what was hashed before is known of a file that is not what it was.
        if !isRestarted { #expect(again.text == order.text) }
        #expect(try await fixture.ask("GET", "device-1", fixture.file(action)).status == 503)
        #expect(try await fixture.ask("GET", "device-2", "deploymentBase/\(other)").status == 503)
        let body = GatewayFixture.feedback("closed", "success")
        #expect(try await fixture.ask("POST", "device-1", "\(path)/feedback", body: body).status == 200)
        let row = try await fixture.view(detail: "device-1").detail?.row.assignment
        #expect(row?.state == .completed)
        await fixture.end()
    }

    @Test func aFileThatWasChangedOnDiskIsNotDelivered() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        #expect(
            try await fixture.ask("GET", "device-1", fixture.file(action), headers: ["Range: bytes=0-100"]).status
                == 206)
        let hash = SHA256.hash(data: Data(fixture.payload)).map { String(format: "%02x", $0) }.joined()
        let stored = try #require(try ArtifactStore(state: fixture.folder).find(sha256: hash))
        let file = try #require(FileHandle(forUpdatingAtPath: stored.path))
        try file.write(contentsOf: Data([~fixture.payload[0]]))
        try file.close()
        for path in [fixture.file(action), "deploymentBase/\(action)", fixture.file(action) + ".MD5SUM"] {
            let reply = try await fixture.ask("GET", "device-1", path)
            #expect(reply.status == 503 && reply["retry-after"] != nil, "\(path)")
        }
        #expect(fixture.log.all.contains { $0.fields["release"] == "2.0.0" && $0.fields["file"] == "firmware.swu" })
        await fixture.end()
    }
}
