import Foundation

/// One number, and what was promised.
struct Measurement: Codable {
    /// What was measured.
    var what: String
    var value: Double
    /// The unit of `value`.
    var unit: String
    /// The most it may be; nil: nothing was promised.
    var atMost: Double?
    /// The least it may be; nil: nothing was promised.
    var atLeast: Double?
    /// What belongs to the number: sizes, spread, how it was taken.
    var note: String

    init(
        _ what: String, _ value: Double, _ unit: String, atMost: Double? = nil, atLeast: Double? = nil,
        note: String = ""
    ) {
        self.what = what
        self.value = value
        self.unit = unit
        self.atMost = atMost
        self.atLeast = atLeast
        self.note = note
    }

    /// Whether the promise is kept; nil without one.
    var isKept: Bool? { atMost.map { value <= $0 } ?? atLeast.map { value >= $0 } }
}

extension Measurement {
    /// The bound as it is printed; empty where nothing was promised.
    var promise: String {
        atMost.map { "<= " + MeasurementTable.number($0) } ?? atLeast.map { ">= " + MeasurementTable.number($0) } ?? ""
    }
}

/// Measurements as people and programs read them.
enum MeasurementTable {
    static func text(_ measurements: [Measurement]) -> String {
        var rows = [["", "measured", "", "promised", "", ""]]
        for measurement in measurements {
            let verdict = measurement.isKept.map { $0 ? "kept" : "MISSED" } ?? ""
            rows.append([
                measurement.what, number(measurement.value), measurement.unit,
                measurement.promise, verdict, measurement.note,
            ])
        }
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { line($0, widths) }.joined(separator: "\n")
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = row.enumerated().map { column, cell in
            guard column < widths.count else { return cell }
            let padding = String(repeating: " ", count: widths[column] - cell.count)
            return column == 1 || column == 3 ? padding + cell : cell + padding
        }
        let text = cells.joined(separator: "  ")
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    static func json(_ measurements: [Measurement]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(measurements), as: UTF8.self)
    }

    /// Three digits that count, thousands apart.
    static func number(_ value: Double) -> String {
        if value >= 1000 { return grouped(Int(value.rounded())) }
        if value >= 100 || value == value.rounded() { return String(Int(value.rounded())) }
        return String(format: value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value)
    }

    private static func grouped(_ value: Int) -> String {
        var digits = String(value)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }
}
