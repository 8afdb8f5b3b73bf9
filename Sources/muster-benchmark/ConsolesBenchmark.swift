import Foundation

/// Many consoles on one engine of 100,000 simulated devices with a rollout under way: how long the engine takes to answer a
/// command, its durable commit included, and how long a console takes from a key to its paint. Alone, with nineteen
/// more, and with one of those stopped and one flooding keys.
enum ConsolesBenchmark {
    private static let devices = 100_000
    private static let consoles = 20
    private static let rounds = 200
    /// Long enough for every console to have shown views of its own.
    private static let settling = 3.0

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let engine = try DetachedFleet(workshop, devices: devices)
        defer { engine.stop() }
        let alone = try measure(engine, Crowd([]))
        var others: [PtyChild] = []
        for number in 1..<consoles { others.append(try engine.console(looksAt: number)) }
        let crowd = Crowd(others)
        defer { crowd.end() }
        let quiet = try measure(engine, crowd)
        kill(others[0].process, SIGSTOP)
        crowd.flood(1)
        let rude = try measure(engine, crowd)
        return rows("alone", alone) + rows("of \(consoles)", quiet)
            + rows("of \(consoles), one stopped and one flooding keys", rude)
    }

    private struct Reading {
        var answers = Times(), paints = Times()
        var share = 0.0, resident = 0
    }

    private static func measure(_ engine: DetachedFleet, _ crowd: Crowd) throws -> Reading {
        let console = try engine.console(looksAt: 0)
        defer { console.quit() }
        console.listen(seconds: settling)
        var reading = Reading()
        let ticks = ProcessFigures.ticks(of: engine.process), start = ContinuousClock.now
        console.type(":")
        console.listen(seconds: 0.5)
        for number in 0..<rounds {
            reading.answers.add(seconds: try engine.ask())
            reading.paints.add(seconds: try paint(number, console))
        }
        let seconds = Timing.seconds(since: start)
        let used = Double(ProcessFigures.ticks(of: engine.process) - ticks) * ProcessFigures.secondsPerTick
        reading.share = used / seconds
        reading.resident = ProcessFigures.residentBytes(of: engine.process)
        return reading
    }

    /// Types a character that nothing else on the screen holds, and waits until it is drawn.
    private static func paint(_ number: Int, _ console: PtyChild) throws -> Double {
        let mark = console.byteCount, start = ContinuousClock.now
        let key = number % 2 == 0 ? "}" : "{"
        console.type(key)
        guard console.wait(for: key, since: mark, seconds: 10) else {
            throw BenchmarkFailure("key \(number) is never drawn: \(console.tail)")
        }
        let taken = Timing.seconds(since: start)
        var random = SystemRandomNumberGenerator()
        console.listen(seconds: Double.random(in: 0.005...0.06, using: &random))
        if number % 40 == 39 {
            console.type("\u{15}")
            console.listen(seconds: 0.2)
        }
        return taken
    }

    private static func rows(_ what: String, _ reading: Reading) -> [Measurement] {
        let note =
            "p99 \(MeasurementTable.number(reading.answers.milliseconds(percentile: 99))), longest "
            + "\(MeasurementTable.number(reading.answers.longestMilliseconds)); engine uses "
            + "\(Int(reading.share * 100))% of a core, \(reading.resident / 1_000_000) MB"
        let keys =
            "p99 \(MeasurementTable.number(reading.paints.milliseconds(percentile: 99))), longest "
            + "\(MeasurementTable.number(reading.paints.longestMilliseconds))"
        return [
            Measurement(
                "a command's durable answer, \(what)", reading.answers.milliseconds(percentile: 50), "ms", note: note),
            Measurement("key to paint, \(what)", reading.paints.milliseconds(percentile: 50), "ms", note: keys),
        ]
    }
}

/// Consoles that a thread reads from, so that none of them waits for its terminal.
private final class Crowd: @unchecked Sendable {
    private let children: [PtyChild]
    private let lock = NSLock()
    private var flooding: Int?
    private var isOver = false
    private let hasEnded = DispatchSemaphore(value: 0)

    /// What a flooding console is sent: movements and sorts, which each ask the engine for another view.
    private static let keys = String(repeating: "jk<>", count: 16)

    init(_ children: [PtyChild]) {
        self.children = children
        let thread = Thread { [self] in
            while let flooding = next() {
                for child in self.children { child.read(milliseconds: 0) }
                if let flooding { self.children[flooding].typeWhatFits(Self.keys) }
                usleep(2000)
            }
            hasEnded.signal()
        }
        thread.start()
    }

    /// Nil: it is over; otherwise who floods.
    private func next() -> Int?? {
        lock.withLock { isOver ? nil : .some(flooding) }
    }

    func flood(_ number: Int) { lock.withLock { flooding = number } }

    func end() {
        lock.withLock { isOver = true }
        hasEnded.wait()
        for child in children {
            kill(child.process, SIGCONT)
            child.end()
        }
    }
}

/// A simulated fleet whose engine runs without a screen.
private final class DetachedFleet {
    private let workshop: Workshop
    private let fleet: String, state: String
    private let server: ServerProcess

    var process: pid_t { server.identifier }

    init(_ workshop: Workshop, devices: Int) throws {
        self.workshop = workshop
        fleet = try workshop.folder("consoles-fleet")
        state = try workshop.folder("consoles-state")
        _ = try DeviceFile.write(Fixture.chain(devices).devices, to: fleet)
        try Self.settings.write(toFile: fleet + "/fleet.yaml", atomically: true, encoding: .utf8)
        let payload = try workshop.folder("consoles-payload") + "/firmware.bin"
        try Data(repeating: 7, count: 100_000).write(to: URL(fileURLWithPath: payload))
        let program = try workshop.muster()
        _ = try workshop.output(of: program, ["release", "add", fleet, "9.0.0", payload])
        try FileManager.default.createDirectory(atPath: fleet + "/updates", withIntermediateDirectories: true)
        try Self.update.write(toFile: fleet + "/updates/everyone.yaml", atomically: true, encoding: .utf8)
        server = try ServerProcess(
            program, ["console", fleet, "--state", state, "--simulate", "--speed", "10", "--detached"], port: 0,
            log: "\(workshop.directory)/consoles.log", isAwaited: false)
        try awaitSocket()
        _ = try workshop.output(of: program, ["update", "start", fleet, "everyone", "--state", state, "--yes"])
    }

    func stop() { server.stop() }

    private func awaitSocket() throws {
        let start = ContinuousClock.now
        while (try? ask()) == nil {
            guard Timing.seconds(since: start) < 120 else { throw BenchmarkFailure("no engine: \(server.said)") }
            usleep(50_000)
        }
    }

    /// Opens a console that looks at devices of its own.
    func console(looksAt number: Int) throws -> PtyChild {
        let child = try PtyChild(
            try workshop.muster(), ["console", fleet, "--state", state], columns: 120, rows: 40, state: state)
        guard child.wait(for: "benchmark", since: 0) else { throw BenchmarkFailure("no console: \(child.tail)") }
        guard number > 0 else { return child }
        child.type("/id ~ \"*\(number)\"\r")
        for _ in 0..<number % 4 { child.type(">") }
        child.read(milliseconds: 50)
        return child
    }

    /// Gives a command that the engine refuses, which is a durable fact too; gives the seconds until its answer.
    func ask() throws -> Double {
        let start = ContinuousClock.now
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: "\(state)/engine.sock".utf8.prefix($0.count - 1))
        }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw BenchmarkFailure("the engine does not listen") }
        var request = Array("{\"version\":2,\"command\":\"pause\",\"object\":\"nothing\",\"reason\":\"\"}\n".utf8)
        guard write(descriptor, &request, request.count) == request.count else {
            throw BenchmarkFailure("the engine takes no request")
        }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &answer, answer.count)
        guard count > 0, String(decoding: answer.prefix(count), as: UTF8.self).contains("refused") else {
            throw BenchmarkFailure(
                "the engine's answer: \(String(decoding: answer.prefix(max(0, count)), as: UTF8.self))")
        }
        return Timing.seconds(since: start)
    }

    private static let settings = """
        version: 1
        name: benchmark
        limits: {in-flight: 2000}

        """
    private static let update = """
        version: 1
        id: everyone
        title: Everyone
        release: 9.0.0
        devices: all
        strategy: immediate
        offline: queue

        """
}
