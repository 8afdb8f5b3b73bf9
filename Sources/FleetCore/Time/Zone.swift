/// A time zone of the IANA database, such as `America/New_York`, with its changes of offset from 1970 to 2100.
///
/// Before 1970 and after 2100 the first and the last known offset hold. Two zones are equal if their names are.
public struct Zone: Hashable, Sendable, CustomStringConvertible {
    /// The IANA name, as it was asked for.
    public let identifier: String
    let offsets: ZoneOffsets

    /// Coordinated universal time: `Etc/UTC`.
    public static let utc = Zone(identifier: "Etc/UTC", offsets: .utc)

    /// The zone of this IANA name; nil if there is none. Case matters, and offsets such as `GMT+5` or abbreviations
    /// such as `PST` are not names of zones. The first use of a zone costs up to a millisecond, later ones a look-up.
    public init?(identifier: String) {
        guard let offsets = ZoneOffsets.named(identifier) else { return nil }
        self.init(identifier: identifier, offsets: offsets)
    }

    private init(identifier: String, offsets: ZoneOffsets) {
        self.identifier = identifier
        self.offsets = offsets
    }

    /// The IANA name.
    public var description: String { identifier }

    /// By their names.
    public static func == (left: Zone, right: Zone) -> Bool { left.identifier == right.identifier }

    /// By the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(identifier) }

    /// Seconds that clocks in the zone are ahead of UTC at this moment; negative west of Greenwich.
    public func offsetSeconds(at moment: Timestamp) -> Int {
        offsets.spans[offsets.index(at: moment.wholeSeconds)].offset
    }

    /// What clocks in the zone show at this moment, cut to whole seconds.
    public func local(_ moment: Timestamp) -> LocalDateTime {
        LocalDateTime(faceSeconds: moment.wholeSeconds + offsetSeconds(at: moment))
    }

    /// The abbreviation in use at this moment where one is common in the United States or in Europe (`EST`, `CEST`,
    /// `UTC`), else the offset: `+10:30`.
    public func abbreviation(at moment: Timestamp) -> String {
        let span = offsets.spans[offsets.index(at: moment.wholeSeconds)]
        return offsets.name(of: span) ?? Self.offsetText(span.offset)
    }

    private static func offsetText(_ offset: Int) -> String {
        let minutes = Int(offset.magnitude) / 60
        return "\(offset < 0 ? "-" : "+")\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }
}

extension Zone {
    /// The first moment at which clocks in the zone show this time or a later one: of a time that occurs twice the
    /// earlier, of one that a clock change leaves out the moment of the change.
    public func firstMoment(of local: LocalDateTime) -> Timestamp {
        let face = local.faceSeconds
        var index = offsets.index(at: face - Self.widestOffset)
        while face - offsets.spans[index].offset >= offsets.end(of: index) { index += 1 }
        return Timestamp(wholeSeconds: max(offsets.spans[index].start, face - offsets.spans[index].offset))
    }

    /// The moment from which on clocks in the zone never again show an earlier time than this. Where a clock change
    /// makes the time before this one occur twice, that is after the second time.
    func lastMoment(before local: LocalDateTime) -> Timestamp {
        let face = local.faceSeconds
        var index = offsets.index(at: face + Self.widestOffset)
        while index > 0, face - offsets.spans[index].offset <= offsets.spans[index].start { index -= 1 }
        return Timestamp(wholeSeconds: min(offsets.end(of: index), face - offsets.spans[index].offset))
    }

    /// Whether clocks in the zone ever show this date. Samoa went from 2011-12-29 straight to 2011-12-31.
    public func has(_ date: LocalDate) -> Bool {
        let midnight = LocalDateTime(date: date, secondOfDay: 0)
        let nextMidnight = LocalDateTime(date: date.adding(days: 1), secondOfDay: 0)
        return firstMoment(of: midnight) < firstMoment(of: nextMidnight)
    }

    /// More seconds than any clock is ahead of or behind UTC.
    private static let widestOffset = 26 * 3600
}
