import Cells
import Console
import FleetCore
import FleetEngine
import FleetSimulator

/// The time from a console's question to a drawn frame, with 100,000 devices and a rollout under way, and while it is
/// rolled back.
enum FrameBenchmark {
    private static let devices = 100_000
    private static let samples = 300
    private static let sizes = [Size(columns: 80, rows: 24), Size(columns: 200, rows: 60)]

    static func run() throws -> [Measurement] {
        var driver = try Fixture.rollout(devices, inFlight: 1000)
        let frames = sizes.flatMap { measure(&driver, size: $0, "") }
        guard let tally = driver.loop.state.update("everyone")?.tally, tally[.inProgress] > 0 else {
            throw BenchmarkFailure("the rollout stands still")
        }
        try sendBack(&driver)
        return frames + sizes.flatMap { measure(&driver, size: $0, ", going back") }
    }

    /// Rolls the update back until half of its devices are back.
    private static func sendBack(_ driver: inout SimulationDriver) throws {
        let former = driver.loop.state.devices.versions.all.filter { $0 != Fixture.release.version }.map { version in
            Release(version: version, artifacts: Fixture.release.artifacts)
        }
        let rollback = Command.rollBack(update: "everyone", confirmation: "everyone", preview: nil)
        try Fixture.run(&driver.loop, [.addReleases(former), rollback], now: driver.now)
        func count() -> Int { driver.loop.state.update("everyone/rollback")?.tally[.completed] ?? 0 }
        let deadline = driver.now + .hours(48)
        while driver.now < deadline, count() < devices / 12 {
            _ = driver.advance(to: driver.now + .minutes(1), budget: .max)
        }
        guard driver.now < deadline else { throw BenchmarkFailure("the rollback stands still") }
    }

    private static func measure(_ driver: inout SimulationDriver, size: Size, _ how: String) -> [Measurement] {
        var state = ConsoleState(operatorName: "benchmark", size: size)
        var changed = Times(), still = Times(), drawing = Times()
        var draws = 0.0
        _ = frame(&driver, &state, size, &draws)
        for _ in 0..<samples {
            move(&driver)
            changed.add(seconds: Timing.seconds { frame(&driver, &state, size, &draws) }.seconds)
            drawing.add(seconds: draws)
            still.add(seconds: Timing.seconds { frame(&driver, &state, size, &draws) }.seconds)
        }
        func note(_ times: Times) -> String {
            "p99 \(MeasurementTable.number(times.milliseconds(percentile: 99))), "
                + "longest \(MeasurementTable.number(times.longestMilliseconds))"
        }
        let name = "frame \(size.columns)x\(size.rows), \(devices) devices\(how)"
        return [
            Measurement(
                name + ", facts came", changed.milliseconds(percentile: 50), "ms", atMost: 5,
                note: note(changed) + "; drawing alone "
                    + MeasurementTable.number(drawing.milliseconds(percentile: 50))),
            Measurement(name + ", nothing new", still.milliseconds(percentile: 50), "ms", atMost: 5, note: note(still)),
        ]
    }

    /// Lets virtual time pass until a fact has come.
    private static func move(_ driver: inout SimulationDriver) {
        let revision = driver.loop.state.revision
        while driver.loop.state.revision == revision, let next = driver.nextInstant { driver.step(at: next) }
    }

    private static func frame(
        _ driver: inout SimulationDriver, _ state: inout ConsoleState, _ size: Size, _ draws: inout Double
    ) -> Frame {
        let view = driver.loop.view(ConsoleQuery.query(for: state, size: size), now: driver.now)
        ConsoleUpdate.received(view, at: driver.now, state: &state)
        let (seconds, frame) = Timing.seconds {
            ConsoleScreen.render(view: view, state: state, theme: ConsoleTheme(), size: size, now: driver.now)
        }
        draws = seconds
        return frame
    }
}
