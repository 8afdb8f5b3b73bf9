import FleetCore

/// Reads the facts of a run once more and says what must not have happened. It keeps its own small account of devices
/// and updates, and shares no code with what decides and plans.
struct Auditor {
    struct Device {
        var id: String, site: String, region: String, zone: String
        var firmware: Version
        var isOnline: Bool, isInService: Bool
        /// The update in which it has a live assignment, and whether an attempt is under way.
        var live: Int?
        var isUnderWay = false
    }

    enum Stand: Equatable {
        case waiting, underWay(AttemptStep), backingOff(until: Timestamp), succeeded, turnedBad, failed, cancelled,
            skipped

        var isFinal: Bool {
            switch self {
            case .waiting, .underWay, .backingOff: false
            default: true
            }
        }
    }

    struct Assignment {
        var stand = Stand.waiting
        var attempts = 0
        /// What the device ran before the first attempt.
        var before: Version?
    }

    struct Update {
        var definition: UpdateDefinition
        var parent: Int?
        var goesBack = false
        var startedAt = Timestamp.distantPast
        var targets: [Int] = []
        var sizes: [Int] = []
        var assignments: [Int: Assignment] = [:]
        /// For rollbacks: what each device is to go back to.
        var earlier: [Int: Version] = [:]
        var phase: Int?
        var passedAt: Timestamp?
        var isApproved = false
        var isPaused = false, awaitsApproval = false, hasStopped = false, hasEnded = false
        var starts: [Timestamp] = []

        var phases: [PhaseDefinition]? {
            if parent == nil, case .progressive(let phases, _) = definition.strategy { return phases }
            return nil
        }
    }

    var settings = FleetSettings(name: "")
    var sizes: [Version: Int64] = [:]
    var devices: [Device] = []
    var updates: [Update] = []
    /// Starts that ask bytes of a region's links.
    var asked: [String: [(at: Timestamp, bytes: Int64)]] = [:]
    var now = Timestamp.distantPast
    /// What was wrong, in words.
    var findings: [String] { notes.lines }
    private let notes = Notes()

    /// Apart, so that a check may read the account while it is written down.
    private final class Notes {
        var lines: [String] = []
    }

    init(_ facts: [Fact]) {
        for fact in facts { take(fact) }
    }

    func find(_ what: String) {
        if notes.lines.count < 20 { notes.lines.append("\(now.iso): \(what)") }
    }

    func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) {
        if !isTrue { find(what()) }
    }

    mutating func take(_ fact: Fact) {
        expect(fact.at >= now, "time goes back")
        now = max(now, fact.at)
        switch fact.event {
        case .fleetConfigured(let settings): self.settings = settings
        case .releaseAdded(let release): sizes[release.version] = release.artifacts.reduce(0) { $0 + $1.size }
        case .deviceRegistered(let record): devices.append(Device(record))
        case .deviceRevised(let device, let record):
            devices[device.offset].isInService = record.lifecycle == .active
        case .deviceStatusChanged(let device, let status):
            expect(devices[device.offset].isOnline != (status == .online), "\(name(device)) was \(status) already")
            devices[device.offset].isOnline = status == .online
        case .firmwareReported(let device, let version): devices[device.offset].firmware = version
        case .clockStepped: find("the clock was set")
        case .engineStarted, .commandAccepted, .commandRefused, .devicesSeen: break
        default: takeUpdate(fact.event)
        }
    }

    private mutating func takeUpdate(_ event: Event) {
        switch event {
        case .updateDrafted(let definition): updates.append(Update(definition: definition))
        case .updateRevised(let update, let definition): updates[update.offset].definition = definition
        case .updateStarted(let update, let targets, let skipped, let sizes):
            start(update.offset, targets.map(\.offset), sizes)
            for skip in skipped { updates[update.offset].assignments[skip.device.offset] = Assignment(stand: .skipped) }
        case .rollbackStarted(let parent, let id, let targets), .retryStarted(let parent, let id, let targets):
            var isRollback = updates[parent.offset].goesBack
            if case .rollbackStarted = event { isRollback = true }
            startChild(of: parent.offset, id, targets.map(\.offset), isRollback: isRollback)
        case .updateApproved(let update): updates[update.offset].awaitsApproval = false
        case .updatePaused(let update, _): updates[update.offset].isPaused = true
        case .updateResumed(let update):
            expect(updates[update.offset].isPaused, "\(name(update)) resumed without a pause")
            updates[update.offset].isPaused = false
        case .startsEnded(let update, _): stop(update.offset)
        case .updateEnded(let update, let status): end(update.offset, status)
        case .phaseOpened, .gateDecided, .phaseApproved, .phaseClosed: takePhase(event)
        default: takeAssignment(event)
        }
    }

    private mutating func start(_ update: Int, _ targets: [Int], _ sizes: [Int]) {
        expect(
            updates[update].targets.isEmpty && !updates[update].hasEnded, "\(updates[update].definition.id) restarts")
        updates[update].startedAt = now
        updates[update].targets = targets
        updates[update].sizes = sizes
        updates[update].awaitsApproval = updates[update].definition.requiresApproval && updates[update].parent == nil
        for device in targets { updates[update].assignments[device] = Assignment() }
    }

    private mutating func startChild(of parent: Int, _ id: String, _ targets: [Int], isRollback: Bool) {
        var child = Update(definition: updates[parent].definition, parent: parent, goesBack: isRollback)
        child.definition.id = id
        if isRollback {
            updates[parent].hasEnded = false
            for device in targets {
                let before = updates[parent].earlier[device] ?? updates[parent].assignments[device]?.before
                expect(before != nil, "\(id) sends back \(devices[device].id), which was never changed")
                child.earlier[device] = before
            }
        }
        updates.append(child)
        start(updates.count - 1, targets, [targets.count])
    }

    private mutating func stop(_ update: Int) {
        expect(!updates[update].hasStopped, "\(updates[update].definition.id) was stopped twice")
        updates[update].hasStopped = true
        for (device, assignment) in updates[update].assignments {
            switch assignment.stand {
            case .waiting: updates[update].assignments[device]?.stand = .cancelled
            case .backingOff:
                updates[update].assignments[device]?.stand = .failed
                release(device)
            default: break
            }
        }
    }

    private mutating func end(_ update: Int, _ status: UpdateStatus) {
        expect(!updates[update].hasEnded, "\(updates[update].definition.id) ended twice")
        updates[update].hasEnded = true
        if status == .completed {
            let open = updates[update].assignments.values.filter { !$0.stand.isFinal }.count
            expect(open == 0, "\(updates[update].definition.id) completed with \(open) open")
        }
    }

    func name(_ device: DeviceIndex) -> String { devices[device.offset].id }
    func name(_ update: UpdateIndex) -> String { updates[update.offset].definition.id }

    mutating func release(_ device: Int) {
        devices[device].live = nil
        devices[device].isUnderWay = false
    }
}

extension Auditor.Device {
    init(_ record: DeviceRecord) {
        self.init(
            id: record.id, site: record.site, region: record.region, zone: record.timeZone, firmware: record.firmware,
            isOnline: record.status == .online, isInService: record.lifecycle == .active)
    }
}
