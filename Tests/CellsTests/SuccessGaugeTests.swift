import Cells
import Testing

struct SuccessGaugeTests {
    private let roles = SuccessGauge.Roles(
        scale: RoleID(1), interval: RoleID(2), threshold: RoleID(3), rate: RoleID(4))

    private func text(_ rate: Double?, _ interval: ClosedRange<Double>?, _ threshold: Double?, _ width: Int) -> String {
        let gauge = SuccessGauge(rate: rate, interval: interval, threshold: threshold, roles: roles)
        return gauge.runs(width: width).map(\.text).joined()
    }

    @Test(arguments: [
        (0.975, 0.951, 0.987, 0.97, 31, "90[...............<-----|O--->....]100"),
        (1.0, 0.862, 1.0, 0.97, 31, "80[.........<---------------|----O]100"),
        (1.0, 0.9999, 1.0, 0.999, 11, "99[.........|O]100"),
        (0.9999, 0.9998, 0.99995, 0.992, 11, "99[..|......O.]100"),
        (0.96, 0.92, 0.98, 0.96, 11, "90[..<---|O>..]100"),
        (0.959, 0.92, 0.98, 0.959, 11, "90[..<--|O->..]100"),
        (0.955, 0.92, 0.98, 0.959, 11, "90[..<-O|-->..]100"),
        (0.1, 0.02, 0.4, 0.97, 11, " 0[<O-->....|.]100"),
        (0.0, 0.0, 0.1, 0.97, 11, " 0[O>.......|.]100"),
    ])
    func `rate, interval and threshold stand on a printed scale`(
        rate: Double, low: Double, high: Double, threshold: Double, width: Int, shown: String
    ) {
        #expect(text(rate, low...high, threshold, width) == shown)
    }

    @Test func `without a rate there is an empty scale`() {
        #expect(text(nil, nil, 0.97, 11) == "95[....|......]100")
        #expect(text(nil, nil, nil, 5) == " 0[.....]100")
    }

    @Test func `what is not a number is absent, what is out of range is clamped`() {
        #expect(text(.nan, nil, .nan, 5) == " 0[.....]100")
        #expect(text(7, nil, -1, 5) == " 0[|...O]100")
        #expect(text(.infinity, nil, nil, 5) == "99[....O]100")
    }

    @Test(arguments: [(0, " 0[]100"), (1, " 0[O]100"), (2, " 0[O|]100"), (3, " 0[O|.]100")])
    func `the smallest gauges stay whole`(width: Int, shown: String) {
        #expect(text(0.3, 0.3...0.3, 0.4, width) == shown)
    }

    @Test func `each part has its role`() {
        let gauge = SuccessGauge(rate: 0.975, interval: 0.951...0.987, threshold: 0.97, roles: roles)
        #expect(
            gauge.runs(width: 31) == [
                TextRun("90[...............", roles.scale), TextRun("<-----", roles.interval),
                TextRun("|", roles.threshold), TextRun("O", roles.rate), TextRun("--->", roles.interval),
                TextRun("....]100", roles.scale),
            ])
    }

    @Test func `a gauge never says more than is true`() {
        var generator = SeededGenerator(seed: 0x5CCE55)
        for _ in 0..<20_000 {
            let total = Int.random(in: 1...2_000, using: &generator)
            let successes = Int.random(in: 0...total, using: &generator)
            let rate = Double(successes) / Double(total)
            let threshold = Double(Int.random(in: 0...1_000, using: &generator)) / 1_000
            let low = rate - Double.random(in: 0...0.2, using: &generator)
            let high = rate + Double.random(in: 0...0.2, using: &generator)
            check(rate, low...high, threshold, width: Int.random(in: 3...70, using: &generator))
        }
    }

    private func check(_ rate: Double, _ interval: ClosedRange<Double>, _ threshold: Double, width: Int) {
        let whole = text(rate, interval, threshold, width)
        let inner = Array(whole.dropFirst(3).dropLast(4))
        let context: Comment = "rate \(rate), \(interval), threshold \(threshold): \(whole)"
        #expect(inner.count == width, context)
        let dot = inner.firstIndex(of: "O") ?? -1
        let mark = inner.firstIndex(of: "|") ?? -1
        #expect(dot >= 0 && mark >= 0, context)
        #expect((dot < mark) == (rate < threshold), context)
        if rate < 1 { #expect(dot < width - 1, context) }
        if rate == 1 { #expect(dot == width - 1, context) }
    }
}
