extension WindowSchedule: CustomStringConvertible {
    /// One line for people: `02:00-04:00 site time, every night`, `22:00-04:00 Europe/Berlin time, Mon and Tue nights`,
    /// `02:00-04:00 site time, once on 2026-03-08`.
    public var description: String {
        let span = "\(ClockText.text(opensAt))-\(ClockText.text(closesAt))"
        return "\(span) \(timeZone ?? "site") time, \(recurrence)"
    }
}

extension WindowSchedule.Recurrence: CustomStringConvertible {
    /// `every night`, `Mon and Tue nights`, `once on 2026-03-08`, or `on no night`.
    public var description: String {
        switch self {
        case .once(let date): "once on \(date)"
        case .weekly([]): "on no night"
        case .weekly(let days) where days.count == Weekday.allCases.count: "every night"
        case .weekly(let days) where days.count == 1: "\(days[0].shortName) nights"
        case .weekly(let days):
            days.dropLast().map(\.shortName).joined(separator: ", ") + " and \(days[days.count - 1].shortName) nights"
        }
    }
}

extension Weekday {
    /// Three letters: `Mon`.
    public var shortName: String {
        switch self {
        case .monday: "Mon"
        case .tuesday: "Tue"
        case .wednesday: "Wed"
        case .thursday: "Thu"
        case .friday: "Fri"
        case .saturday: "Sat"
        case .sunday: "Sun"
        }
    }
}
