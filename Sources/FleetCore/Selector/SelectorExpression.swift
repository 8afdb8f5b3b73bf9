/// What a selector means, as a tree.
public indirect enum SelectorExpression: Hashable, Sendable {
    /// Every device.
    case all
    /// One attribute compared with one or more values: true if any of the values matches.
    case comparison(SelectorAttribute, SelectorOperator, [SelectorValue])
    /// Both.
    case and(SelectorExpression, SelectorExpression)
    /// Either.
    case or(SelectorExpression, SelectorExpression)
    /// The opposite.
    case not(SelectorExpression)
}

/// What a selector can ask of a device.
public enum SelectorAttribute: Hashable, Sendable {
    case id, name, address, site, region, location, timeZone, status, lifecycle, firmware
    /// How long ago the device was last seen; never seen is longer than any time.
    case unseen
    /// The tag of this name; a device without it has no value and matches nothing but `!=` and `not in`.
    case tag(String)
}

/// How an attribute is compared.
public enum SelectorOperator: Hashable, Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    /// `in (a, b)` and `not in (a, b)`.
    case isIn, isNotIn
    /// `~ "pos-nyc-*"`: a glob with `*` and `?`, without regard to case.
    case like
}

/// What an attribute is compared with; the parser gives each attribute the kind it needs.
public enum SelectorValue: Hashable, Sendable {
    case text(String)
    case version(Version)
    case status(DeviceStatus)
    case lifecycle(DeviceLifecycle)
    case duration(Duration)
}
