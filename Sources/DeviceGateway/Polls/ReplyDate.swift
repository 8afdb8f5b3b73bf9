import Foundation
import Synchronization

/// The time as a `Date` field says it (RFC 9110, 5.6.7), written once a second.
final class ReplyDate: Sendable {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private let last = Mutex<(second: time_t, text: String)>((0, ReplyDate.text(at: 0)))

    /// The text of this second.
    var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(at: second)) }
            return last.text
        }
    }

    /// The text of a second since 1970.
    static func text(at second: time_t) -> String {
        var second = second, parts = tm()
        gmtime_r(&second, &parts)
        let day = "\(days[Int(parts.tm_wday)]), \(twoDigits(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let clock = "\(twoDigits(parts.tm_hour)):\(twoDigits(parts.tm_min)):\(twoDigits(parts.tm_sec))"
        return "\(day) \(1900 + parts.tm_year) \(clock) GMT"
    }

    /// A number below 100 with its leading zero.
    static func twoDigits(_ number: some BinaryInteger) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
