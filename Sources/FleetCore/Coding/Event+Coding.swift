extension Event {
    /// Puts what the event carries behind what was written so far; its kind is written before.
    package func write(to writer: inout FactWriter) {
        switch self {
        case .engineStarted: break
        case .commandAccepted(let command): writer.write(command)
        case .commandRefused(let command, let refusal): writer.write(command, refusal)
        case .clockStepped(let duration): writer.write(duration)
        case .ordersRenumbered(let generation): writer.write(generation)
        case .fleetConfigured(let settings): writer.write(settings)
        case .releaseAdded(let release): writer.write(release)
        case .deviceRegistered(let record): writer.write(record)
        case .deviceRevised(let device, let record): writer.write(device, record)
        case .deviceStatusChanged(let device, let status): writer.write(device, status)
        case .devicesSeen(let sightings): writer.write(sightings)
        case .firmwareReported(let device, let version): writer.write(device, version)
        case .updateDrafted(let definition): writer.write(definition)
        case .updateRevised(let update, let definition): writer.write(update, definition)
        case .updateStarted(let update, let targets, let skipped, let sizes):
            writer.write(update, targets, skipped, sizes)
        case .updateApproved(let update), .updateResumed(let update), .proposalWithdrawn(let update):
            writer.write(update)
        case .secondPersonAwaited(let update, let proposal): writer.write(update, proposal)
        case .updatePaused(let update, let reason): writer.write(update, reason)
        case .startsEnded(let update, let reason): writer.write(update, reason)
        case .updateEnded(let update, let status): writer.write(update, status)
        case .rollbackStarted(let update, let id, let targets), .retryStarted(let update, let id, let targets):
            writer.write(update, id, targets)
        case .phaseOpened(let update, let phase), .phaseApproved(let update, let phase),
            .phaseClosed(let update, let phase):
            writer.write(update, phase)
        case .gateDecided(let update, let phase, let verdict, let completed, let failed):
            writer.write(update, phase, verdict, completed, failed)
        case .attemptStarted(let update, let device, let attempt): writer.write(update, device, attempt)
        case .stepReached(let update, let device, let step): writer.write(update, device, step)
        case .attemptFailed(let update, let device, let cause, let retryAt):
            writer.write(update, device, cause, retryAt)
        case .assignmentCompleted(let update, let device): writer.write(update, device)
        case .assignmentCancelled(let update, let device, let reason),
            .assignmentSkipped(let update, let device, let reason):
            writer.write(update, device, reason)
        case .outcomeTurnedBad(let update, let device, let cause): writer.write(update, device, cause)
        case .deviceIntroduced(let record, let tags): writer.write(record, tags)
        case .deviceAccepted(let device), .deviceRefused(let device): writer.write(device)
        case .deviceHeld(let device, let reason): writer.write(device, reason)
        case .deviceDescribed(let device, let tags): writer.write(device, tags)
        }
    }

    /// Takes what an event of this kind carries.
    init(kind: EventKind, from reader: inout FactReader) throws(DecodingFailure) {
        switch kind {
        case .engineStarted: self = .engineStarted
        case .commandAccepted: self = .commandAccepted(try reader.read())
        case .commandRefused: self = .commandRefused(try reader.read(), try reader.read())
        case .clockStepped: self = .clockStepped(by: try reader.read())
        case .ordersRenumbered: self = .ordersRenumbered(behind: try reader.read())
        case .fleetConfigured: self = .fleetConfigured(try reader.read())
        case .releaseAdded: self = .releaseAdded(try reader.read())
        case .deviceRegistered: self = .deviceRegistered(try reader.read())
        case .deviceRevised: self = .deviceRevised(try reader.read(), try reader.read())
        case .deviceStatusChanged: self = .deviceStatusChanged(try reader.read(), try reader.read())
        case .devicesSeen: self = .devicesSeen(try reader.read())
        case .firmwareReported: self = .firmwareReported(try reader.read(), try reader.read())
        case .updateDrafted: self = .updateDrafted(try reader.read())
        case .updateRevised: self = .updateRevised(try reader.read(), try reader.read())
        case .updateStarted:
            self = .updateStarted(
                try reader.read(), targets: try reader.read(), skipped: try reader.read(),
                phaseSizes: try reader.read())
        case .updateApproved: self = .updateApproved(try reader.read())
        case .secondPersonAwaited: self = .secondPersonAwaited(try reader.read(), try reader.read())
        case .proposalWithdrawn: self = .proposalWithdrawn(try reader.read())
        case .updatePaused: self = .updatePaused(try reader.read(), try reader.read())
        case .updateResumed: self = .updateResumed(try reader.read())
        case .startsEnded: self = .startsEnded(try reader.read(), try reader.read())
        case .updateEnded: self = .updateEnded(try reader.read(), try reader.read())
        case .rollbackStarted:
            self = .rollbackStarted(of: try reader.read(), id: try reader.read(), targets: try reader.read())
        case .retryStarted:
            self = .retryStarted(of: try reader.read(), id: try reader.read(), targets: try reader.read())
        case .phaseOpened: self = .phaseOpened(try reader.read(), phase: try reader.read())
        case .gateDecided:
            self = .gateDecided(
                try reader.read(), phase: try reader.read(), try reader.read(), completed: try reader.read(),
                failed: try reader.read())
        case .phaseApproved: self = .phaseApproved(try reader.read(), phase: try reader.read())
        case .phaseClosed: self = .phaseClosed(try reader.read(), phase: try reader.read())
        case .attemptStarted:
            self = .attemptStarted(try reader.read(), try reader.read(), attempt: try reader.read())
        case .stepReached: self = .stepReached(try reader.read(), try reader.read(), try reader.read())
        case .attemptFailed:
            self = .attemptFailed(
                try reader.read(), try reader.read(), try reader.read(), retryAt: try reader.read())
        case .assignmentCompleted: self = .assignmentCompleted(try reader.read(), try reader.read())
        case .assignmentCancelled:
            self = .assignmentCancelled(try reader.read(), try reader.read(), try reader.read())
        case .assignmentSkipped:
            self = .assignmentSkipped(try reader.read(), try reader.read(), try reader.read())
        case .outcomeTurnedBad:
            self = .outcomeTurnedBad(try reader.read(), try reader.read(), try reader.read())
        case .deviceIntroduced: self = .deviceIntroduced(try reader.read(), try reader.read())
        case .deviceAccepted: self = .deviceAccepted(try reader.read())
        case .deviceRefused: self = .deviceRefused(try reader.read())
        case .deviceHeld: self = .deviceHeld(try reader.read(), try reader.read())
        case .deviceDescribed: self = .deviceDescribed(try reader.read(), try reader.read())
        }
    }
}
