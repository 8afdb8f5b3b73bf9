/// Which devices a list shows.
public enum DeviceFilter: Hashable, Sendable {
    /// All of them, decommissioned ones included.
    case everything
    /// Those whose id, name, site, region, location, firmware, status or a tag's value contains this text, without
    /// regard to case.
    case text(String)
    /// Those that a selector names.
    case selector(Selector)
}
