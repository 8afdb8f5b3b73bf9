import FleetCore
import FleetEngine

/// A device in one line.
struct DeviceLine: Encodable, Sendable {
    var id: String
    var name: String
    var region: String
    var site: String
    var location: String
    var status: String
    var lifecycle: String
    var firmware: String
    @Nullable var lastSeen: String?
    /// Why it is held.
    @Nullable var held: String?

    init(_ row: DeviceRow) {
        id = row.id
        name = row.name
        region = row.region
        site = row.site
        location = row.location
        status = row.status.description
        lifecycle = row.lifecycle.description
        firmware = row.firmware.shown
        lastSeen = row.lastSeen?.iso
        held = row.hold?.description
    }
}

/// A stretch of the devices.
struct DevicePage: Encodable, Sendable {
    var basis: UInt64
    var total: Int
    var offset: Int
    var devices: [DeviceLine]
}

/// A device with all there is to know.
struct DeviceRecordAnswer: Encodable, Sendable {
    /// The most parts in updates that are told of, the latest first.
    static let mostAssignments = 100

    struct Tagged: Encodable, Sendable {
        var name: String
        var value: String
    }

    struct Part: Encodable, Sendable {
        var update: String
        var release: String
        var state: String
        @Nullable var step: String?
        var attempt: Int
        var attempts: Int
        @Nullable var reason: String?
        @Nullable var waitsFor: String?
        var turnedBad: Bool
        @Nullable var previous: String?
        @Nullable var startedAt: String?
        @Nullable var endedAt: String?
    }

    struct Happening: Encodable, Sendable {
        var at: String
        var who: String
        var text: String
    }

    var basis: UInt64
    var device: DeviceLine
    var address: String
    var timeZone: String
    var tags: [Tagged]
    var described: [Tagged]
    @Nullable var waitsSince: String?
    var assignments: [Part]
    var timeline: [Happening]

    init(_ detail: DeviceDetail, basis: UInt64) {
        self.basis = basis
        device = DeviceLine(detail.row)
        address = detail.address
        timeZone = detail.timeZone
        tags = detail.tags.map { Tagged(name: $0.name, value: $0.value) }
        described = detail.described.map { Tagged(name: $0.name, value: $0.value) }
        waitsSince = detail.waitsSince?.iso
        assignments = detail.assignments.prefix(Self.mostAssignments).map(Part.init)
        timeline = detail.timeline.map { Happening(at: $0.at.iso, who: $0.who, text: $0.text) }
    }
}

extension DeviceRecordAnswer.Part {
    init(_ row: AssignmentRow) {
        update = row.update
        release = row.release.description
        state = row.state.description
        step = row.step?.description
        attempt = row.attempt
        attempts = row.attempts
        reason = row.reason?.description
        waitsFor = row.waiting?.description ?? row.deferral.map { "the device: \($0)" }
        turnedBad = row.turnedBad
        previous = row.previous?.shown
        startedAt = row.startedAt?.iso
        endedAt = row.endedAt?.iso
    }
}
