extension Freeze {
    /// The moment at which the freeze ends if it holds at a moment in a site's zone; nil if it does not hold.
    public func state(at moment: Timestamp, zone: Zone) -> Timestamp? {
        let span = span(in: zone)
        return span.contains(moment) ? span.upperBound : nil
    }

    /// The freeze as moments of a zone; empty if it ends before it begins.
    ///
    /// Where the clock change makes a time occur twice, the freeze begins at the first and ends at the second: nothing
    /// starts while any clock on a wall shows a time inside it.
    public func span(in zone: Zone) -> Range<Timestamp> {
        let begins = zone.firstMoment(of: from)
        return begins..<(from < until ? max(begins, zone.lastMoment(before: until)) : begins)
    }
}
