import FleetCore

/// By what a list of devices is sorted; ties by id.
public enum DeviceSortKey: UInt8, CaseIterable, Sendable {
    /// Failed, in progress, retrying, waiting, then ended well: what needs a look comes first.
    case state
    case id, region, site, firmware, status
    /// Longest unseen first.
    case lastSeen
}

/// Order of a list of devices.
public struct DeviceSort: Hashable, Sendable {
    public var key: DeviceSortKey
    public var isReversed: Bool

    /// Sorted by this key.
    public init(_ key: DeviceSortKey = .state, reversed: Bool = false) {
        self.key = key
        self.isReversed = reversed
    }
}

/// A stretch of a list's rows.
public struct RowRange: Hashable, Sendable {
    /// The first row, from 0. Clamped to the list.
    public var offset: Int
    /// How many rows at most, 0...1000.
    public var count: Int

    /// So many rows from this one on.
    public init(offset: Int, count: Int) {
        self.offset = offset
        self.count = count
    }
}

/// What a console wants to see: the engine answers with what is shown, not with the fleet.
public struct ViewQuery: Hashable, Sendable {
    /// The update in focus; nil: the engine chooses the one that needs a look most.
    public var update: String?
    /// Which devices the list holds.
    public var filter: DeviceFilter = .everything
    public var sort = DeviceSort()
    public var deviceRows = RowRange(offset: 0, count: 0)
    /// The device under the cursor: its place in the sorted, filtered list comes back, wherever it has moved.
    public var selectedDevice: String?
    /// If the selected device lies outside `deviceRows`, the rows are moved so that it is shown.
    public var followsSelection = true
    /// Only devices of this region; nil: all.
    public var region: String?
    public var queueRows = RowRange(offset: 0, count: 0)
    /// How many of the latest events.
    public var eventCount = 0
    /// The device to show in detail.
    public var detail: String?
    /// The update whose rollback is to be previewed.
    public var rollbackPreview: String?
    /// The draft whose start is to be previewed.
    public var startPreview: String?
    /// The update of which it is said how many devices a retry would send once more, beside the one in focus and those that
    /// go back.
    public var retryPreview: String?

    /// A query that asks for the header only.
    public init() {}
}
