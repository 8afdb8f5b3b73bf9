import FleetCore

extension FactGenerator {
    mutating func event(of kind: EventKind) -> Event {
        switch kind {
        case .engineStarted: .engineStarted
        case .commandAccepted: .commandAccepted(command())
        case .commandRefused: .commandRefused(command(), Refusal(text(), remedy: text()))
        case .clockStepped: .clockStepped(by: .milliseconds(Int64(int())))
        case .ordersRenumbered: .ordersRenumbered(behind: UInt32(truncatingIfNeeded: int()))
        case .fleetConfigured: .fleetConfigured(settings())
        case .releaseAdded: .releaseAdded(release())
        case .deviceRegistered: .deviceRegistered(record())
        case .deviceRevised: .deviceRevised(device(), record())
        case .deviceStatusChanged: .deviceStatusChanged(device(), one(of: DeviceStatus.self))
        case .devicesSeen: .devicesSeen(list(50) { Sighting(device: $0.device(), at: $0.timestamp()) })
        case .firmwareReported: .firmwareReported(device(), version())
        case .updateDrafted: .updateDrafted(definition())
        case .updateRevised: .updateRevised(update(), definition())
        case .updateStarted:
            .updateStarted(
                update(), targets: list(50) { $0.device() },
                skipped: list(50) { Skip(device: $0.device(), reason: $0.endReason()) },
                phaseSizes: list { $0.int() })
        case .updateApproved: .updateApproved(update())
        case .secondPersonAwaited:
            .secondPersonAwaited(
                update(), Proposal(one(of: Proposal.Deed.self), devices: int(), by: text(), user: text()))
        case .proposalWithdrawn: .proposalWithdrawn(update())
        case .updatePaused:
            .updatePaused(
                update(),
                bool()
                    ? .operatorPaused(name: text())
                    : bool() ? .inconclusive(phase: text()) : .gateFailed(phase: text()))
        case .updateResumed: .updateResumed(update())
        case .startsEnded: .startsEnded(update(), endReason())
        case .updateEnded: .updateEnded(update(), one(of: UpdateStatus.self))
        case .rollbackStarted: .rollbackStarted(of: update(), id: text(), targets: list { $0.device() })
        case .retryStarted: .retryStarted(of: update(), id: text(), targets: list { $0.device() })
        case .phaseOpened: .phaseOpened(update(), phase: int())
        case .gateDecided:
            .gateDecided(update(), phase: int(), one(of: GateVerdict.self), completed: int(), failed: int())
        case .phaseApproved: .phaseApproved(update(), phase: int())
        case .phaseClosed: .phaseClosed(update(), phase: int())
        case .attemptStarted: .attemptStarted(update(), device(), attempt: int())
        case .stepReached: .stepReached(update(), device(), one(of: AttemptStep.self))
        case .attemptFailed: .attemptFailed(update(), device(), cause(), retryAt: maybe { $0.timestamp() })
        case .assignmentCompleted: .assignmentCompleted(update(), device())
        case .assignmentCancelled: .assignmentCancelled(update(), device(), endReason())
        case .assignmentSkipped: .assignmentSkipped(update(), device(), endReason())
        case .outcomeTurnedBad: .outcomeTurnedBad(update(), device(), cause())
        case .deviceIntroduced: .deviceIntroduced(record(), list { Tag($0.text(), $0.text()) })
        case .deviceAccepted: .deviceAccepted(device())
        case .deviceRefused: .deviceRefused(device())
        case .deviceHeld: .deviceHeld(device(), .twoUnderOneID(evidence: text()))
        case .deviceDescribed: .deviceDescribed(device(), list { Tag($0.text(), $0.text()) })
        }
    }
}
