import FleetCore

/// What the oracle knows of a device besides what an engine shows of it.
struct DeviceAccount {
    /// As it was registered and revised; status and firmware are those of its registration.
    var record: DeviceRecord
    /// Its id, at hand.
    var id: String
    /// Numbers of its region and site.
    var region: Int, site: Int
    /// In service.
    var isActive: Bool
    /// An attempt is under way.
    var isUnderWay = false
    /// Introduced itself, and waits for acceptance.
    var isIntroduced = false
    /// Held until an operator accepts it.
    var isHeld = false
    /// The step in which a hold was last laid on it or lifted: in that one its words count or not, by their place.
    var heldAtStep = -1
    /// What it says of itself; nil: it never did.
    var described: [Tag]?
    /// An attempt that may have changed what it runs ended without its word, and it has not said since what that is.
    var isUntold = false
    /// The update whose release it confirmed last, as long as that holds.
    var confirmed: Int?
    /// When it was last heard of, in elapsed milliseconds; `.min`: never.
    var heardAt = Int64.min
    /// The same, as far as the present engine can know: what it heard itself, or found in the journal.
    var knownAt = Int64.min
    /// The same, as far as the journal knows.
    var journalledAt = Int64.min
    /// The order whose download last showed progress, and when.
    var downloading: UInt32 = 0
    /// When that was, in elapsed milliseconds.
    var downloadAt = Int64.min
}

/// The names of regions or sites in the order of first use, with what is counted at each.
struct PlaceBook {
    private(set) var places: [PlaceReading] = []
    private var numbers: [String: Int] = [:]

    /// The number of a place, which is new if the name is.
    mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = places.count
        places.append(PlaceReading(name: name, active: 0, online: 0, inFlight: 0, working: 0))
        return places.count - 1
    }

    subscript(number: Int) -> PlaceReading {
        get { places[number] }
        set { places[number] = newValue }
    }

    /// One device more or less.
    mutating func count(_ number: Int, by step: Int, isActive: Bool, isOnline: Bool, isUnderWay: Bool) {
        if isUnderWay { places[number].inFlight += step }
        guard isActive else { return }
        places[number].active += step
        if isOnline { places[number].online += step }
        if isOnline, !isUnderWay { places[number].working += step }
    }
}
