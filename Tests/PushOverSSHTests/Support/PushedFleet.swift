import Crypto
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import PushOverSSH
import Synchronization

/// A fleet of one terminal behind a real sshd, with a real engine and a real journal. Its defaults exist only in tests.
///
/// The terminal is a folder: `version` says what it runs, `install` is the site's command, which writes down its arguments and
/// then does what `behaviour` says.
final class PushedFleet {
    static let one = Version(1, 0, 0), two = Version(2, 0, 0)

    let folder: TestFolder, sshd: LoopbackSSHD
    let device: String
    var settings: PushSettings
    let files = TestFiles(), trust = TestTrust()
    let notes = Notes()
    private var engine: (host: EngineHost, driver: PushDriver)?
    private var fleetSettings = FleetSettings(name: "pushed")

    init(
        device: String = "pos-1", address: String? = nil, forced: String? = nil, bytesPerSecond: Int64? = nil,
        names: [String] = ["image.bin"], size: Int = 1000, firmware: String = "1.0.0",
        adjust: (inout PushSettings, TestFolder) -> Void = { _, _ in }
    ) async throws {
        folder = try TestFolder()
        sshd = try LoopbackSSHD(folder, forced: forced)
        self.device = device
        try folder.write("version", "\(firmware)\n")
        try folder.write("behaviour", #"echo "$2" > version"#)
        let install = """
            #!/bin/sh
            cd '\(folder.path)' || exit 90
            printf '%s\\0' "$@" >> arguments
            echo >> installs
            . ./behaviour
            """
        try folder.write("install", install, mode: 0o700)
        settings = PushSettings(
            folder: "\(folder.path)/muster", install: ["\(folder.path)/install", "{files}", "{version}", "{device}"],
            version: ["/bin/cat", "\(folder.path)/version"])
        settings.sshConfiguration = sshd.clientConfiguration
        settings.limits.connect = .seconds(10)
        settings.limits.confirm = .seconds(20)
        adjust(&settings, folder)
        fleetSettings.heartbeat = .seconds(2)
        fleetSettings.missedHeartbeats = 100
        fleetSettings.limits.bytesPerSecondPerRegion = bytesPerSecond
        fleetSettings.retry.backoff = .milliseconds(100)
        try await start()
        let record = DeviceRecord(
            id: device, address: address ?? sshd.address, site: "s", region: "r",
            firmware: Version(firmware) ?? Self.one)
        let releases = [Self.one, Self.two].map { version in
            Release(
                version: version,
                artifacts: names.enumerated().map { files.make($0.element, size, seed: $0.offset, version) })
        }
        try await command(.configure(fleetSettings))
        try await command(.addReleases(releases))
        try await command(.register([record]))
        for version in [Self.one, Self.two] {
            var update = UpdateDefinition(
                id: "to-\(version.major)", release: version, selector: .all,
                strategy: .immediate(offline: .queue))
            update.allowsDowngrade = true
            try await command(.draft(update))
        }
    }

    // MARK: - The engine

    /// Starts an engine with a driver on the journal, as a process would.
    func start() async throws {
        var options = PushDriver.Options(settings: settings, heartbeat: fleetSettings.heartbeat)
        options.rosterInterval = .milliseconds(200)
        let driver = PushDriver(options, files: files, trust: trust) { [notes] _, message in notes.add(message) }
        let host = EngineHost {}
        let directory = "\(folder.path)/state"
        try await withCheckedThrowingContinuation { (ready: CheckedContinuation<Void, any Error>) in
            host.start(
                {
                    let journal = try SQLiteJournal.open(directory: directory, fleet: "pushed", mode: .readWrite)
                    var options = EngineLoop.Options()
                    options.ordersAreFetched = true
                    let clock = TestClock()
                    let loop = try EngineLoop(
                        log: journal, link: driver, now: clock.now, steadyTime: clock.steadyTime, options: options)
                    return WallClockDriver(loop: loop, clock: clock)
                }, ready: { ready.resume(with: $0) })
        }
        driver.start(host)
        engine = (host, driver)
    }

    func stop() async {
        guard let (host, driver) = engine else { return }
        engine = nil
        await driver.stop()
        await Task.detached { _ = host.stop() }.value
    }

    func command(_ command: Command) async throws {
        guard let host = engine?.host else { throw PushTestFailure("no engine runs") }
        let origin = Origin(operatorName: "kim", source: "test")
        let reply: EngineReply? = await withCheckedContinuation { continuation in
            if !host.submit(command, origin, completion: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: nil)
            }
        }
        guard let reply, reply.refusal == nil else {
            throw PushTestFailure("refused: \(command.verb): \(reply?.refusal?.message ?? "no answer")")
        }
    }

    // MARK: - What is seen

    /// The journal's facts, read from its file.
    func facts() throws -> [Fact] {
        let journal = try SQLiteJournal.open(directory: "\(folder.path)/state", fleet: "pushed", mode: .readOnly)
        var facts: [Fact] = []
        try journal.replay { facts += $0 }
        return facts
    }

    /// What happened to the terminal's orders, in the words of these tests.
    func story() throws -> [String] {
        try facts().compactMap { fact -> String? in
            switch fact.event {
            case .attemptStarted(_, _, let attempt): "attempt \(attempt)"
            case .stepReached(_, _, let step): "\(step)"
            case .attemptFailed(_, _, let cause, let retryAt): "\(retryAt == nil ? "failed" : "retrying"): \(cause)"
            case .assignmentCompleted: "completed"
            case .assignmentCancelled(_, _, let reason): "cancelled: \(reason)"
            case .assignmentSkipped(_, _, let reason): "skipped: \(reason)"
            case .firmwareReported(_, let version): "reports \(version)"
            case .deviceDescribed(_, let tags): "described: " + tags.map { "\($0.name): \($0.value)" }.joined()
            case .deviceStatusChanged(_, let status): "\(status)"
            default: nil
            }
        }
    }

    /// Waits until a condition holds, which is looked at every few milliseconds.
    func wait(_ what: String, seconds: Double = 40, _ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                let told = notes.all.joined(separator: "\n")
                throw PushTestFailure("not seen: \(what)\n\(try story().joined(separator: "\n"))\nnotes:\n\(told)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func wait(for line: String, seconds: Double = 40) async throws {
        try await wait("the line `\(line)`", seconds: seconds) { try story().contains(line) }
    }

    func isNoted(_ part: String) -> Bool { notes.all.contains { $0.contains(part) } }

    /// The arguments of all installations, in order.
    var arguments: [String] { folder.text("arguments")?.split(separator: "\0").map(String.init) ?? [] }
    var installs: Int { folder.text("installs")?.count ?? 0 }
}

/// What the driver told an administrator.
final class Notes: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// What may be installed, as a test says: everything, unless it says something else.
final class TestTrust: PushTrust {
    /// Why a release is not to be installed over what runs.
    typealias Rule = @Sendable (_ release: Version, _ running: Version?) -> String?

    let refuses = Mutex<Rule>({ _, _ in nil })

    func objection(to artifacts: [Artifact], of release: Version, over running: Version?) -> String? {
        refuses.withLock { $0 }(release, running)
    }
}

/// The machine's clock.
private final class TestClock: EngineClock {
    private let began = ContinuousClock.now
    var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    var steadyTime: Duration { ContinuousClock.now - began }
}

/// The files of the test's releases, in memory.
final class TestFiles: PushFileSource {
    private let content = Mutex<[String: Data]>([:])

    func make(_ name: String, _ size: Int, seed: Int, _ version: Version) -> Artifact {
        var state = UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(version.major)
        var block = (0..<65_536).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        var data = Data(capacity: size)
        while data.count < size {
            // No two blocks are alike.
            block.withUnsafeMutableBytes { $0.storeBytes(of: data.count, as: Int.self) }
            data.append(contentsOf: block.prefix(size - data.count))
        }
        let sha256 = SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
        content.withLock { $0[sha256] = data }
        return Artifact(name: name, size: Int64(size), sha256: sha256)
    }

    /// From now on none can be had.
    func forgetAll() { content.withLock { $0 = [:] } }

    func file(_ artifact: Artifact, of release: Version) -> (any PushFile)? {
        content.withLock { $0[artifact.sha256] }.map { File(data: $0) }
    }

    private struct File: PushFile {
        let data: Data

        var isUnchanged: Bool { true }

        func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int {
            let range = Int(offset)..<min(data.count, Int(offset) + piece.count)
            guard !range.isEmpty else { return 0 }
            return data.copyBytes(to: piece, from: range)
        }
    }
}
