import Cells
import Testing

struct SparklineTests {
    @Test func `counts become glyphs`() {
        let line = Sparkline(counts: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(line.text(width: 10) == " .:-=+*#%@")
        #expect(Sparkline(counts: [0, 1, 4, 8]).text(width: 4, ramp: .blocks) == " ▁▄█")
    }

    @Test func `the newest counts are at the right`() {
        let line = Sparkline(counts: [9, 0, 9])
        #expect(line.text(width: 5) == "  @ @")
        #expect(line.text(width: 2) == " @")
        #expect(line.text(width: 0) == "")
        #expect(Sparkline(counts: []).text(width: 3) == "   ")
    }

    @Test func `a count that is not zero is never blank`() {
        let line = Sparkline(counts: [1, 0, 1_000_000, .max, -4])
        #expect(line.text(width: 5) == ". .@ ")
        #expect(Sparkline(counts: [1, 50, 200], maximum: 100).text(width: 3) == ".+@")
        #expect(Sparkline(counts: [3], maximum: 0).text(width: 1) == "@")
    }
}
