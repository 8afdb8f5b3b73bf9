import Foundation

/// What a console costs while nothing happens, and what it sends while something does.
enum IdleBenchmark {
    private static let seconds = 20.0

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let state = try workshop.folder("idle")
        let fleet = try StartBenchmark.sample(workshop)
        let child = try PtyChild(
            try workshop.muster(), ["console", fleet, "--state", "\(state)/state"], state: state)
        guard child.wait(for: "sample-fleet", since: 0) else { throw BenchmarkFailure("no console: \(child.tail)") }
        child.listen(seconds: 3)
        let ticks = ProcessFigures.ticks(of: child.process), wakes = ProcessFigures.wakes(of: child.process)
        let bytes = child.byteCount
        child.listen(seconds: seconds)
        let used = ProcessFigures.ticks(of: child.process) - ticks
        let waits = ProcessFigures.wakes(of: child.process) - wakes
        let sent = child.byteCount - bytes
        let resident = ProcessFigures.residentBytes(of: child.process)
        child.quit()
        return [
            Measurement(
                "processor time, nothing happens", Double(used), "ticks", atMost: 0,
                note: "\(Int(seconds)) s, \(waits) wake-ups"),
            Measurement("sent, nothing happens", Double(sent) / seconds, "bytes/s", atMost: 0, note: "80x24"),
            Measurement("resident, sample fleet", Double(resident) / 1e6, "MB"),
        ]
    }
}

/// What a live console sends over the wire at 80x24.
enum LiveBenchmark {
    private static let seconds = 20.0

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let state = try workshop.folder("live")
        let fleet = try StartBenchmark.sample(workshop)
        return [
            try measure(
                workshop, "sent, live, sample fleet at 60x",
                ["console", fleet, "--state", "\(state)/state", "--simulate", "--speed", "60"], state),
            try measure(workshop, "sent, live, demo at 1800x", ["demo"], state),
            try measure(
                workshop, "sent, live, demo of 2400 at 60x", ["demo", "--devices", "2400", "--speed", "60"], state),
            try measure(workshop, "sent, live, demo of 2400 at 1800x", ["demo", "--devices", "2400"], state),
        ]
    }

    private static func measure(
        _ workshop: Workshop, _ what: String, _ arguments: [String], _ state: String
    ) throws -> Measurement {
        let child = try PtyChild(try workshop.muster(), arguments, state: state)
        guard child.wait(for: "sample-fleet", since: 0) else { throw BenchmarkFailure("no console: \(child.tail)") }
        child.listen(seconds: 3)
        let bytes = child.byteCount, ticks = ProcessFigures.ticks(of: child.process)
        child.listen(seconds: seconds)
        let sent = child.byteCount - bytes
        let busy = Double(ProcessFigures.ticks(of: child.process) - ticks) * ProcessFigures.secondsPerTick / seconds
        child.quit()
        return Measurement(
            what, Double(sent) / seconds, "bytes/s", atMost: 1000,
            note: "80x24, \(Int(seconds)) s; \(MeasurementTable.number(busy * 100))% of a core")
    }
}
