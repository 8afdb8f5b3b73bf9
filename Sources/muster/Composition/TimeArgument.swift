import Cells
import FleetCore

/// Moments on the command line.
enum TimeArgument {
    /// Reads a moment in ISO 8601; ends the command with exit code 2 if it is none, or lies too far from today.
    static func parse(_ text: String, option: String) throws -> Timestamp {
        guard let moment = Timestamp(iso: text) else {
            printError(
                "muster: \(option): `\(TextWidth.sanitised(text))` is no moment; "
                    + "write it with its zone, such as 2026-03-08T05:00:00Z or 2026-03-08T00:00:00-05:00")
            throw ExitStatus.badInput
        }
        guard Timestamp.nameable.contains(moment) else {
            printError("muster: \(option): \(moment) is not in the years 1970 to 2999")
            throw ExitStatus.badInput
        }
        return moment
    }
}
