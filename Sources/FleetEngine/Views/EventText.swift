import FleetCore

/// Facts in one line for people.
struct EventText {
    let state: FleetState

    func row(_ fact: Fact) -> EventRow? {
        guard let (text, kind) = line(fact.event) else { return nil }
        return EventRow(at: fact.at, who: who(fact.event), text: text, kind: kind)
    }

    private func who(_ event: Event) -> String {
        switch event {
        case .commandAccepted(let record), .commandRefused(let record, _): record.origin.operatorName
        default: "engine"
        }
    }

    private func line(_ event: Event) -> (String, EventRow.Kind)? {
        switch event {
        case .engineStarted: ("engine started", .plain)
        case .clockStepped(let step): (Self.clockText(step), .caution)
        case .ordersRenumbered: ("restored from a backup: what was done since is not known", .caution)
        case .commandAccepted(let record): commandLine(record)
        case .commandRefused(let record, let refusal):
            ("refused: \(record.verb) \(record.object): \(refusal.message)", .caution)
        case .deviceStatusChanged(let device, let status):
            ("\(id(device)) is \(status)", status == .online ? .plain : .offline)
        case .firmwareReported(let device, let version): ("\(id(device)) reports \(version)", .plain)
        default: updateLine(event) ?? assignmentLine(event) ?? deviceLine(event)
        }
    }

    private static func clockText(_ step: Duration) -> String {
        step < .zero
            ? "the clock was set back by \(DurationText.exact(.zero - step))"
            : "the clock was set ahead by \(DurationText.exact(step))"
    }

    private func commandLine(_ record: CommandRecord) -> (String, EventRow.Kind) {
        let reason = record.origin.reason.isEmpty ? "" : " (\(record.origin.reason))"
        let kind: EventRow.Kind
        switch record.verb {
        case "pause": kind = .held
        case "roll back": kind = .rolledBack
        default: kind = .plain
        }
        return ("\(record.verb) \(record.object)\(reason)", kind)
    }

    private func devices(_ count: Int) -> String { count == 1 ? "1 device" : "\(count) devices" }

    private func updateLine(_ event: Event) -> (String, EventRow.Kind)? {
        switch event {
        case .updateStarted(let update, let targets, let skipped, _):
            let left = skipped.isEmpty ? "" : ", \(skipped.count) skipped"
            return ("\(id(update)) started: \(devices(targets.count))\(left)", .active)
        case .updateApproved(let update): return ("\(id(update)) approved", .plain)
        case .secondPersonAwaited(let update, let proposal):
            return ("\(id(update)): \(proposal), waits for a second person", .caution)
        case .proposalWithdrawn(let update): return ("\(id(update)): waits for no second person any more", .plain)
        case .updatePaused(let update, let reason): return ("\(id(update)) \(reason)", .held)
        case .updateResumed(let update): return ("\(id(update)) resumed", .active)
        case .startsEnded(let update, let reason):
            // Its reason is worded for a device that had not begun.
            let why = reason == .rolledBack ? "it is rolled back" : reason.description
            return ("\(id(update)): no more starts, \(why)", .caution)
        case .updateEnded(let update, let status): return ended(update, status)
        case .rollbackStarted(let update, _, let targets):
            return ("\(id(update)): rolling back \(devices(targets.count))", .rolledBack)
        case .retryStarted(let update, _, let targets):
            return ("\(id(update)): trying \(devices(targets.count)) again", .active)
        default: return phaseLine(event)
        }
    }

    private func phaseLine(_ event: Event) -> (String, EventRow.Kind)? {
        switch event {
        case .phaseOpened(let update, let phase):
            return ("\(id(update)): phase \(name(update, phase)) opened", .active)
        case .gateDecided(let update, let phase, let verdict, let completed, let failed):
            let kind: EventRow.Kind = verdict == .passed ? .completed : verdict == .failed ? .failed : .caution
            let word = verdict.description.uppercased()
            return (
                "\(id(update)): gate of \(name(update, phase)) \(word), \(completed) of \(completed + failed)", kind
            )
        case .phaseApproved(let update, let phase): return ("\(id(update)): \(name(update, phase)) approved", .plain)
        case .phaseClosed(let update, let phase):
            guard state.updates[update.offset].phases[phase].verdict == .passed else {
                return ("\(id(update)): \(name(update, phase)) left behind, no device was tried", .caution)
            }
            return ("\(id(update)): \(name(update, phase)) done", .completed)
        default: return nil
        }
    }

    private func assignmentLine(_ event: Event) -> (String, EventRow.Kind)? {
        switch event {
        case .attemptStarted(_, let device, let attempt):
            return (attempt == 1 ? "\(id(device)) offered" : "\(id(device)) offered, attempt \(attempt)", .active)
        case .stepReached(_, let device, let step): return ("\(id(device)) \(step)", .active)
        case .attemptFailed(_, let device, let cause, let retryAt):
            let next = retryAt.map { ", again at \($0.iso)" } ?? ""
            return ("\(id(device)) FAILED \(cause)\(next)", .failed)
        case .assignmentCompleted(let update, let device):
            return ("\(id(device)) completed \(target(update, device))", .completed)
        case .assignmentCancelled(_, let device, let reason): return ("\(id(device)) cancelled: \(reason)", .plain)
        case .assignmentSkipped(_, let device, let reason): return ("\(id(device)) skipped: \(reason)", .plain)
        case .outcomeTurnedBad(_, let device, let cause): return ("\(id(device)) FAILED later: \(cause)", .failed)
        default: return nil
        }
    }

    private func deviceLine(_ event: Event) -> (String, EventRow.Kind)? {
        switch event {
        case .deviceIntroduced(let record, _):
            return ("\(InertText.of(record.id, bytes: DeviceRecord.mostIDBytes)) called in, and waits", .caution)
        case .deviceAccepted(let device): return ("\(id(device)) accepted", .plain)
        case .deviceRefused(let device): return ("\(id(device)) refused", .plain)
        case .deviceHeld(let device, let reason): return ("\(id(device)) HELD: \(reason)", .failed)
        case .deviceDescribed(let device, let tags):
            // What devices say of themselves is no news; that somebody has to look after one is.
            let tag = tags.first { $0.name == Report.unreachedTag }
            return tag.map { ("\(id(device)) is not reached: \($0.value)", .caution) }
        default: return nil
        }
    }

    /// That an update is through says little if devices failed in it. Those are told of that had by then.
    private func ended(_ update: UpdateIndex, _ status: UpdateStatus) -> (String, EventRow.Kind) {
        let failures = state.updates[update.offset].failuresAtCompletion
        guard status == .completed, failures > 0 else { return ("\(id(update)) \(status)", Self.kind(status)) }
        return ("\(id(update)) \(status), \(devices(failures)) failed", .caution)
    }

    private static func kind(_ status: UpdateStatus) -> EventRow.Kind {
        switch status {
        case .completed: .completed
        case .rolledBack: .rolledBack
        case .halted: .failed
        default: .plain
        }
    }

    private func id(_ device: DeviceIndex) -> String { state.devices.id(device) }
    private func id(_ update: UpdateIndex) -> String { state.updates[update.offset].id }
    private func name(_ update: UpdateIndex, _ phase: Int) -> String {
        let phases = state.updates[update.offset].phases
        return phase < phases.count ? phases[phase].definition.name : "\(phase + 1)"
    }
    private func target(_ update: UpdateIndex, _ device: DeviceIndex) -> String {
        guard let position = state.updates[update.offset].assignments.position(of: device) else { return "" }
        return state.targetVersion(update, position).description
    }
}

extension Event {
    /// The device it is about; nil: it is about none, or about many.
    var device: DeviceIndex? {
        switch self {
        case .deviceStatusChanged(let device, _), .firmwareReported(let device, _), .deviceRevised(let device, _):
            device
        case .attemptStarted(_, let device, _), .stepReached(_, let device, _), .attemptFailed(_, let device, _, _),
            .assignmentCompleted(_, let device), .assignmentCancelled(_, let device, _),
            .assignmentSkipped(_, let device, _), .outcomeTurnedBad(_, let device, _):
            device
        case .deviceAccepted(let device), .deviceRefused(let device), .deviceHeld(let device, _),
            .deviceDescribed(let device, _):
            device
        default: nil
        }
    }

    /// The update it is about; nil: it is about none.
    var update: UpdateIndex? {
        switch self {
        case .updateStarted(let update, _, _, _), .updateApproved(let update), .updatePaused(let update, _),
            .secondPersonAwaited(let update, _), .proposalWithdrawn(let update),
            .updateResumed(let update), .startsEnded(let update, _), .updateEnded(let update, _),
            .rollbackStarted(let update, _, _), .retryStarted(let update, _, _), .phaseOpened(let update, _),
            .gateDecided(let update, _, _, _, _), .phaseApproved(let update, _), .phaseClosed(let update, _),
            .attemptStarted(let update, _, _), .stepReached(let update, _, _), .attemptFailed(let update, _, _, _),
            .assignmentCompleted(let update, _), .assignmentCancelled(let update, _, _),
            .assignmentSkipped(let update, _, _), .outcomeTurnedBad(let update, _, _):
            update
        default: nil
        }
    }
}
