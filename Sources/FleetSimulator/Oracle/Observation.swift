import FleetCore
import FleetEngine

/// What can be seen of an engine from outside, in the order in which it happens: what goes in, what becomes durable,
/// what comes out. `epoch` numbers the engines that took up one journal, from 1.
public enum Observation: Sendable {
    /// An engine took up the journal at what its wall clock showed. The facts of its start follow as a commit.
    case engineStarted(epoch: Int, wall: Timestamp)
    /// The engine is gone: killed, or stopped by its journal. Nothing may come from it any more.
    case engineEnded(epoch: Int)
    /// One batch is handed to the engine. What it makes of it follows.
    case stepped([EngineInput], epoch: Int, wall: Timestamp)
    /// These facts became durable in one commit.
    case committed([Fact], epoch: Int)
    /// These facts were found in the journal when it was taken up, though their commit had failed as far as their
    /// engine knew: a failed sync says nothing about what is on the disk.
    case found([Fact], epoch: Int)
    /// These orders left the engine.
    case sent([Order], epoch: Int)
    /// These answers left the engine; with them the step is over.
    case replied([EngineReply], epoch: Int)
    /// What the engine shows after a step, or after it took up the journal.
    case shown(EngineReading)
}

/// The counters and standings that an engine shows, to be held against the fold of the facts.
public struct EngineReading: Hashable, Sendable {
    /// By update index.
    public var updates: [UpdateReading] = []
    /// By device index.
    public var devices: [DeviceReading] = []
    /// By region name, in the order of first use.
    public var regions: [PlaceReading] = []
    /// By site name, in the order of first use.
    public var sites: [PlaceReading] = []

    /// Nothing shown yet.
    public init() {}
}

/// What an engine shows of an update.
public struct UpdateReading: Hashable, Sendable {
    /// Its id.
    public var id: String
    /// Where it stands.
    public var status: UpdateStatus
    /// Assignments by state, `turnedBad` among the completed.
    public var tally: Tally
    /// By region, in the order of first use; may be shorter than the list of regions.
    public var regionTallies: [Tally]
    /// Phases: their own assignments, and what the gate said last.
    public var phases: [Phase]
    /// Attempts under way.
    public var inFlight: Int
    /// Assignments by device.
    public var assignments: [Assignment]

    /// A phase as it is shown.
    public struct Phase: Hashable, Sendable {
        /// Cumulative size.
        public var size: Int
        /// Its own assignments.
        public var tally: Tally
        /// What the gate said last.
        public var verdict: GateVerdict
    }

    /// An assignment as it is shown.
    public struct Assignment: Hashable, Sendable {
        /// Whose.
        public var device: DeviceIndex
        /// Where it stands.
        public var state: AssignmentState
        /// Attempts begun.
        public var attempt: Int
        /// Whether it completed and was later seen on another version.
        public var hasTurnedBad: Bool
    }
}

/// What an engine shows of a device.
public struct DeviceReading: Hashable, Sendable {
    /// By its heartbeats.
    public var status: DeviceStatus
    /// What it runs, as far as it said.
    public var firmware: Version
    /// The update in which it has a live assignment.
    public var liveUpdate: UpdateIndex?
    /// Where it stands in its life.
    public var lifecycle = DeviceLifecycle.active
    /// Whether it is held.
    public var isHeld = false
}

/// What an engine counts at a place.
public struct PlaceReading: Hashable, Sendable {
    /// The region's or site's name.
    public var name: String
    /// Devices in service.
    public var active: Int
    /// Of those, online.
    public var online: Int
    /// Attempts under way.
    public var inFlight: Int
    /// Of those in service, online with no attempt under way.
    public var working: Int
}

extension EngineReading {
    /// What the state of an engine shows.
    public init(_ state: FleetState) {
        self.init()
        updates = state.updates.map(UpdateReading.init)
        devices = state.devices.indices.map { offset in
            let device = DeviceIndex(UInt32(offset))
            return DeviceReading(
                status: state.devices.status(device), firmware: state.devices.firmware(device),
                liveUpdate: state.devices.liveUpdate(device), lifecycle: state.devices.lifecycle(device),
                isHeld: state.devices.hold(device) != nil)
        }
        regions = zip(state.devices.regions.all, state.devices.regionCounts).map(PlaceReading.init)
        sites = zip(state.devices.sites.all, state.devices.siteCounts).map(PlaceReading.init)
    }
}

extension UpdateReading {
    init(_ record: UpdateRecord) {
        id = record.id
        status = record.status
        tally = record.tally
        regionTallies = record.regionTallies
        phases = record.phases.map { Phase(size: $0.size, tally: $0.tally, verdict: $0.verdict) }
        inFlight = record.inFlight
        let table = record.assignments
        assignments = (0..<table.count).map { position in
            Assignment(
                device: table.device(position), state: table.state(position), attempt: table.attempt(position),
                hasTurnedBad: table.hasTurnedBad(position))
        }
    }
}

extension PlaceReading {
    init(name: String, count: PlaceCount) {
        self.init(
            name: name, active: count.active, online: count.statuses.online, inFlight: count.inFlight,
            working: count.working)
    }
}

/// What a reader of an engine is told about an assignment that has not ended once nothing moves any more.
public struct WaitReading: Hashable, Sendable {
    /// In which update.
    public var update: UpdateIndex
    /// Whose.
    public var device: DeviceIndex
    /// Where it stands.
    public var state: AssignmentState
    /// Why it waits, by the engine; nil: it does not say.
    public var reason: WaitReason?
    /// Whether the device can be reached in truth, as the world knows.
    public var isReachable: Bool
    /// Whether the device is in good order in truth: not broken for good.
    public var isWorking: Bool
}

/// A broken promise.
public struct Violation: Hashable, Sendable {
    /// The number of the invariant, 1...18.
    public var invariant: Int
    /// The engine's time.
    public var at: Timestamp
    /// What was wrong, in words.
    public var what: String
}
