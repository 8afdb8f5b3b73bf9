/// Which time zone a device is in when it does not say so itself: its site's, else its region's, else the fleet's.
struct ZoneMap: Hashable, Sendable {
    /// IANA names.
    var fleet = "Etc/UTC"
    /// By region.
    var regions: [String: String] = [:]
    /// By site.
    var sites: [String: String] = [:]

    /// The zone of a device; `isFallback` if regions are mapped and its own is not among them.
    func zone(site: String, region: String) -> (name: String, isFallback: Bool) {
        if let zone = sites[site] ?? regions[region] { return (zone, false) }
        return (fleet, !regions.isEmpty)
    }
}
