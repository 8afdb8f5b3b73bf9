import Foundation

/// The time from a key to what it draws, on the real program, while reports come in.
enum KeyBenchmark {
    private static let keys = 400

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        try [10_000, 100_000].flatMap { try measure(workshop, devices: $0) }
    }

    private static func measure(_ workshop: Workshop, devices: Int) throws -> [Measurement] {
        let state = try workshop.folder("keys")
        let child = try PtyChild(try workshop.muster(), ["demo", "--devices", "\(devices)"], state: state)
        guard child.wait(for: "sample-fleet", since: 0), child.wait(for: "RUNNING", since: 0) else {
            throw BenchmarkFailure("the demo does not start: \(child.tail)")
        }
        child.listen(seconds: 3)
        let ticks = ProcessFigures.ticks(of: child.process), start = ContinuousClock.now
        let typing = try typed(child)
        let seconds = Timing.seconds(since: start)
        let busy = Double(ProcessFigures.ticks(of: child.process) - ticks) * ProcessFigures.secondsPerTick / seconds
        let resident = ProcessFigures.residentBytes(of: child.process) / 1_000_000
        child.quit()
        let name = "key to paint, demo of \(devices)"
        return [
            Measurement(name + ", p50", typing.milliseconds(percentile: 50), "ms", note: "\(typing.count) keys"),
            Measurement(
                name + ", p99", typing.milliseconds(percentile: 99), "ms", atMost: 16,
                note: "longest \(MeasurementTable.number(typing.longestMilliseconds)); program uses "
                    + "\(Int(busy * 100))% of a core, \(resident) MB"),
        ]
    }

    /// Types characters that nothing else on the screen holds, so that each is known when it is drawn.
    private static func typed(_ child: PtyChild) throws -> Times {
        var times = Times()
        var random = SystemRandomNumberGenerator()
        child.type(":")
        child.listen(seconds: 0.5)
        for number in 0..<keys {
            let mark = child.byteCount, start = ContinuousClock.now
            let key = number % 2 == 0 ? "}" : "{"
            child.type(key)
            guard child.wait(for: key, since: mark, seconds: 10) else {
                throw BenchmarkFailure("key \(number) is never drawn: \(child.tail)")
            }
            times.add(seconds: Timing.seconds(since: start))
            // Keys come at any moment between two views.
            child.listen(seconds: Double.random(in: 0.005...0.06, using: &random))
            if number % 40 == 39 {
                child.type("\u{15}")
                child.listen(seconds: 0.2)
            }
        }
        return times
    }
}
