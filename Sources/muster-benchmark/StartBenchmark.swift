import FleetSimulator
import Foundation

/// The time from the start of the real program to the first row with the fleet's name on its terminal.
enum StartBenchmark {
    private static let rounds = 15

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let fleet = try sample(workshop)
        var fresh: [Double] = [], again: [Double] = [], demo: [Double] = []
        for _ in 0..<rounds {
            let state = try workshop.folder("start")
            fresh.append(try firstPaint(workshop, ["console", fleet, "--state", "\(state)/state"], state: state))
            again.append(try firstPaint(workshop, ["console", fleet, "--state", "\(state)/state"], state: state))
            demo.append(try firstPaint(workshop, ["demo"], state: state))
        }
        let state = try workshop.folder("start")
        let large = try workshop.folder("fleet-100000")
        _ = try DeviceFile.write(Fixture.chain(100_000).devices, to: large)
        let console = ["console", large, "--state", "\(state)/state"]
        let first = try firstPaint(workshop, console, name: "benchmark", state: state)
        let second = Timing.median(
            try (0..<3).map { _ in try firstPaint(workshop, console, name: "benchmark", state: state) })
        let chain = Timing.median(
            try (0..<3).map { _ in try firstPaint(workshop, ["demo", "--devices", "100000"], state: state) })
        return [
            measurement("first paint, sample fleet, new state", fresh, atMost: 50),
            measurement("first paint, sample fleet", again, atMost: 50),
            measurement("first paint, demo", demo, atMost: 50),
            Measurement("first paint, 100,000 devices, new state", first, "ms", note: "once"),
            Measurement("first paint, 100,000 devices", second, "ms", note: "median of 3"),
            Measurement("first paint, demo --devices 100000", chain, "ms", note: "median of 3"),
        ]
    }

    /// The sample fleet, as the program itself carries it.
    static func sample(_ workshop: Workshop) throws -> String {
        let folder = FileManager.default.currentDirectoryPath + "/sample-fleet"
        guard FileManager.default.fileExists(atPath: folder + "/fleet.yaml") else {
            throw BenchmarkFailure("there is no sample-fleet here: run it in the folder of Package.swift")
        }
        return folder
    }

    private static func measurement(_ what: String, _ times: [Double], atMost: Double) -> Measurement {
        Measurement(
            what, Timing.median(times), "ms", atMost: atMost,
            note: "median of \(times.count), longest \(MeasurementTable.number(times.max() ?? 0))")
    }

    /// Milliseconds.
    private static func firstPaint(
        _ workshop: Workshop, _ arguments: [String], name: String = "sample-fleet", state: String
    ) throws -> Double {
        let child = try PtyChild(try workshop.muster(), arguments, state: state)
        // The name at the beginning of the header; paths before it may hold it too, and are not on the other screen.
        guard child.wait(for: "\u{1b}[?1049h", since: 0), child.wait(for: name, since: 0) else {
            throw BenchmarkFailure("\(arguments.joined(separator: " ")) shows nothing: \(child.tail)")
        }
        let taken = Timing.seconds(since: child.startedAt) * 1000
        child.quit()
        return taken
    }
}
