extension Selector {
    /// Whether the selector names a device.
    ///
    /// - Parameters:
    ///   - subject: The device. Only the attributes that decide are asked for.
    ///   - now: The moment from which `unseen` counts back.
    ///   - statusOverride: If given, the device is taken to have this status: whether it would be named if it were
    ///     online, for example.
    public func matches(
        _ subject: some SelectorSubject, now: Timestamp, statusOverride: DeviceStatus? = nil
    ) -> Bool {
        expression.matches(subject, now: now, status: statusOverride)
    }
}

extension SelectorExpression {
    func matches(_ subject: some SelectorSubject, now: Timestamp, status: DeviceStatus?) -> Bool {
        switch self {
        case .all: true
        case .and(let left, let right):
            left.matches(subject, now: now, status: status) && right.matches(subject, now: now, status: status)
        case .or(let left, let right):
            left.matches(subject, now: now, status: status) || right.matches(subject, now: now, status: status)
        case .not(let inner): !inner.matches(subject, now: now, status: status)
        case .comparison(.firmware, let comparison, let values):
            comparison.holds(version: subject.firmware, values.lazy.compactMap(\.version))
        case .comparison(.status, let comparison, let values):
            comparison.holds(among: values, SelectorValue.status(status ?? subject.status))
        case .comparison(.lifecycle, let comparison, let values):
            comparison.holds(among: values, SelectorValue.lifecycle(subject.lifecycle))
        case .comparison(.unseen, let comparison, let values):
            comparison.holds(subject.unseen(now), values.lazy.compactMap(\.duration))
        case .comparison(let attribute, let comparison, let values):
            comparison.holds(text: subject.text(of: attribute), values)
        }
    }
}

extension SelectorOperator {
    /// Compares what has an order.
    func holds<Value: Comparable>(_ value: Value, _ others: some Sequence<Value>) -> Bool {
        switch self {
        case .equal, .isIn: others.contains { value == $0 }
        case .notEqual, .isNotIn: !others.contains { value == $0 }
        case .less: others.contains { value < $0 }
        case .lessOrEqual: others.contains { value <= $0 }
        case .greater: others.contains { value > $0 }
        case .greaterOrEqual: others.contains { value >= $0 }
        case .like: false
        }
    }

    /// Compares versions; one that nobody has told is like a tag that a device does not have.
    func holds(version: Version, _ others: some Sequence<Version>) -> Bool {
        version.isKnown ? holds(version, others) : self == .notEqual || self == .isNotIn
    }

    /// Compares words of a short list.
    func holds(among values: [SelectorValue], _ value: SelectorValue) -> Bool {
        switch self {
        case .equal, .isIn: values.contains(value)
        case .notEqual, .isNotIn: !values.contains(value)
        default: false
        }
    }

    /// Compares text; nil is the value of a tag that a device does not have.
    func holds(text: String?, _ values: [SelectorValue]) -> Bool {
        let isNegative = self == .notEqual || self == .isNotIn
        guard let text else { return isNegative }
        let isAny = values.contains { value in
            guard case .text(let other) = value else { return false }
            return self == .like ? Glob.matches(other, text) : other == text
        }
        return isAny != isNegative
    }
}

extension SelectorSubject {
    /// How long ago the device was seen. Never seen is longer than any time; seen after `now`, by a clock that was set
    /// back, is just now. A device that is online by its file, and of which no engine has heard yet, is not unseen.
    func unseen(_ now: Timestamp) -> Duration {
        guard let lastSeen else { return status == .online ? .zero : .seconds(Int64.max) }
        return max(.zero, now - lastSeen)
    }

    /// An attribute that is text; nil if it is none, or a tag that the device does not have.
    func text(of attribute: SelectorAttribute) -> String? {
        switch attribute {
        case .id: id
        case .name: name
        case .address: address
        case .site: site
        case .region: region
        case .location: location
        case .timeZone: timeZone
        case .tag(let name): tags.first { $0.name == name }?.value
        case .status, .lifecycle, .firmware, .unseen: nil
        }
    }
}

extension SelectorValue {
    var version: Version? { if case .version(let version) = self { version } else { nil } }
    var duration: Duration? { if case .duration(let duration) = self { duration } else { nil } }
}
