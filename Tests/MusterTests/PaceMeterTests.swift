import FleetCore
import Testing

@testable import muster

/// The figure of a simulated clock that the machine cannot keep up with.
@Suite struct PaceMeterTests {
    /// What is shown after each half second of the wall's, at a pace that changes in between.
    private func shown(_ paces: [Double], asked speed: Double) -> [Double?] {
        var meter = PaceMeter(speed: speed)
        let start = ContinuousClock.now
        var simulated = Timestamp(milliseconds: 0), wall = Duration.zero
        meter.note(simulated, at: start)
        return paces.map { pace in
            wall += .milliseconds(500)
            simulated = simulated + .milliseconds(Int64(500 * pace))
            meter.note(simulated, at: start + wall)
            return meter.pace
        }
    }

    @Test func whoKeepsUpShowsNoFigure() {
        #expect(shown(Array(repeating: 1800, count: 60), asked: 1800).allSatisfy { $0 == nil })
        #expect(shown((0..<60).map { $0 % 2 == 0 ? 1500 : 1900 }, asked: 1800).allSatisfy { $0 == nil })
    }

    @Test func whoFallsBehindShowsWhatIsReached() {
        let figures = shown(Array(repeating: 281.4, count: 20), asked: 1800)
        #expect(figures.prefix(3).allSatisfy { $0 == nil })
        #expect(figures.dropFirst(4).allSatisfy { $0 == 280 })
    }

    @Test func aFigureIsCalm() {
        let figures = shown((0..<200).map { 280 + Double($0 * 7 % 5 * 4) }, asked: 1800).compactMap { $0 }
        #expect(Set(figures).isSubset(of: [280, 290]))
        #expect(zip(figures, figures.dropFirst()).filter { $0 != $1 }.count < 20)
    }

    @Test func whoCatchesUpShowsNoneAgain() {
        let figures = shown(Array(repeating: 300, count: 20) + Array(repeating: 1800, count: 60), asked: 1800)
        #expect(figures[19] == 300 && figures.last == .some(nil))
    }

    /// Before terminals are there the clock is held: that is no pace.
    @Test func aClockThatIsHeldAtFirstHasNoPace() {
        #expect(shown(Array(repeating: 0, count: 40), asked: 1800).allSatisfy { $0 == nil })
        #expect(
            shown(Array(repeating: 0, count: 9) + Array(repeating: 1800, count: 20), asked: 1800).allSatisfy {
                $0 == nil
            })
    }

    @Test(arguments: [(9.94, 9.9), (0.456, 0.46), (1234.0, 1200), (0, 0)])
    func figuresAreRoundedToTwoPlaces(_ pace: Double, _ figure: Double) {
        let figures = shown(Array(repeating: 1, count: 4) + Array(repeating: pace, count: 100), asked: 100_000)
        #expect(abs((figures.compactMap { $0 }.last ?? -1) - figure) < 0.011)
    }
}
