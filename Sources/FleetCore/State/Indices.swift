/// A device's place in the registry, in the order of registration. Never reused.
public struct DeviceIndex: Hashable, Comparable, Sendable {
    /// 0-based.
    public let rawValue: UInt32

    /// The device at this place.
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The place as an array offset.
    public var offset: Int { Int(rawValue) }

    public static func < (left: DeviceIndex, right: DeviceIndex) -> Bool { left.rawValue < right.rawValue }
}

/// An update's place in the list of updates, in the order in which they were drafted. Never reused.
public struct UpdateIndex: Hashable, Comparable, Sendable {
    /// 0-based.
    public let rawValue: UInt16

    /// The update at this place.
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// The place as an array offset.
    public var offset: Int { Int(rawValue) }

    public static func < (left: UpdateIndex, right: UpdateIndex) -> Bool { left.rawValue < right.rawValue }
}

/// A place in an update's frozen target list.
public typealias Position = Int
