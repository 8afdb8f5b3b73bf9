extension FleetState {
    /// What follows from a device's report. A report of a stale order, or of a step that is behind, changes nothing.
    func decide(_ report: Report, now: Timestamp) -> [Event] {
        let device = report.device
        guard device.offset < devices.count else { return [] }
        if case .unreached(let cause) = report.body { return decideUnreached(report, cause, now: now) }
        var events: [Event] = []
        // One that is turned away, or out of service for good, may call as often as it likes.
        if devices.status(device) != .online, devices.lifecycle(device) != .decommissioned {
            events.append(.deviceStatusChanged(device, .online))
        }
        switch report.body {
        case .contacted(let firmware):
            // Which of the two speaks for a device that is held is not known.
            if let firmware, devices.hold(device) == nil, isTaken(firmware) {
                events += decideContact(device, firmware)
            }
        case .claimed(let firmware, let sent):
            if devices.hold(device) == nil, isTaken(firmware) { events += decideContact(device, firmware, sent: sent) }
        case .unreadable(let text): if devices.hold(device) == nil { events += decideUnreadable(device, text) }
        case .reached(let step): events += decideStep(report, step)
        case .received: events += decideStep(report, .downloading)
        case .deferred: break
        case .restarted: events += decideStep(report, .confirming)
        case .gaveUp(let cause):
            if let (update, position) = underWay(report) {
                events.append(failure(update, position, cause, now: now))
            }
        case .dropped:
            if let (update, position) = underWay(report) { events.append(dropped(update, position, now: now)) }
        case .described(let tags): events += decideDescription(device, tags)
        case .twoUnderOneID(let evidence): events += decideHold(device, evidence)
        case .unreached: break
        }
        return events
    }

    /// A device that its orders do not reach: the attempt under way ends. One whose cause somebody has to mend says so among
    /// what is known of it, since it gets no attempt that could fail as long as it is not online.
    private func decideUnreached(_ report: Report, _ cause: FailureCause, now: Timestamp) -> [Event] {
        var events: [Event] = []
        if let (update, position) = underWay(report) { events.append(failure(update, position, cause, now: now)) }
        if cause.isPermanent {
            let others = devices.describedTags(report.device).filter { $0.name != Report.unreachedTag }
            events += decideDescription(report.device, others + [Tag(Report.unreachedTag, cause.code)])
        }
        return events
    }

    /// The attempt that a report speaks of, if it is still the one under way.
    private func underWay(_ report: Report) -> (UpdateIndex, Position)? {
        guard devices.hold(report.device) == nil, let update = devices.liveUpdate(report.device),
            let position = updates[update.offset].assignments.position(of: report.device),
            updates[update.offset].assignments.state(position) == .inProgress,
            updates[update.offset].assignments.generation(position) == report.generation
        else { return nil }
        return (update, position)
    }

    private func decideStep(_ report: Report, _ step: AttemptStep) -> [Event] {
        guard let (update, position) = underWay(report),
            let present = updates[update.offset].assignments.step(position), step > present
        else { return [] }
        return [.stepReached(update, report.device, step)]
    }

    /// A device that dropped its order: as it was asked to, or on its own account.
    private func dropped(_ update: UpdateIndex, _ position: Position, now: Timestamp) -> Event {
        guard isWithdrawn(update, position), let reason = updates[update.offset].startsEnded else {
            return failure(update, position, .dropped, now: now)
        }
        return .assignmentCancelled(update, updates[update.offset].assignments.device(position), reason)
    }

    /// The version a device reports is the only proof of success, and of a success that did not last.
    /// - Parameter sent: Bytes of that version that it was sent, where somebody counts them; nil: nobody does.
    private func decideContact(_ device: DeviceIndex, _ firmware: Version, sent: Int64? = nil) -> [Event] {
        var events: [Event] = []
        let isNews = firmware != devices.firmware(device) || devices.isVersionUntold(device)
        if isNews { events.append(.firmwareReported(device, firmware)) }
        if let update = devices.liveUpdate(device),
            let position = updates[update.offset].assignments.position(of: device)
        {
            // One that is to be tried again, and runs its release after all, needs no other attempt.
            if firmware == targetVersion(update, position) {
                events.append(confirmation(update, position, sent: sent))
            } else if updates[update.offset].assignments.step(position) == .confirming {
                events.append(.attemptFailed(update, device, .reports(firmware), retryAt: nil))
            } else if let cause = downgrade(update, position, from: firmware) {
                events.append(.attemptFailed(update, device, cause, retryAt: nil))
            }
        } else {
            events += belied(device, by: firmware, isNews: isNews).map {
                .outcomeTurnedBad($0, device, .reports(firmware))
            }
        }
        return events
    }

    /// What is no version is not what updates that are over were to bring. While one is under way it proves nothing, and
    /// once the last is known not to hold, it is no news.
    private func decideUnreadable(_ device: DeviceIndex, _ text: String) -> [Event] {
        guard devices.liveUpdate(device) == nil else { return [] }
        let claims = bearers(device)
        guard let last = claims.first, isHeldGood(last, device) else { return [] }
        return claims.filter { isHeldGood($0, device) }.map {
            .outcomeTurnedBad($0, device, .reportsUnreadable(text))
        }
    }

    /// What follows from a device's word that it runs what it is to run. One that was sent nothing of it had it already,
    /// or has it from elsewhere: this update neither succeeded nor failed with it; so has any of a release without a byte.
    /// Once it installs, by what is known, it was sent everything.
    private func confirmation(_ update: UpdateIndex, _ position: Position, sent: Int64?) -> Event {
        let device = updates[update.offset].assignments.device(position)
        let target = targetVersion(update, position)
        guard let sent, updates[update.offset].assignments.steps[position] < .installing,
            sent < max(1, releases[target]?.size ?? .max)
        else { return .assignmentCompleted(update, device) }
        return sent > 0
            ? .attemptFailed(update, device, .runsUnfetched(target), retryAt: nil)
            : .assignmentSkipped(update, device, .alreadyOn(target))
    }

    /// Why a device is not tried again though it could be; nil: it is.
    func retryRefusal(_ update: UpdateIndex, _ position: Position) -> FailureCause? {
        let device = updates[update.offset].assignments.device(position)
        switch devices.lifecycle(device) {
        case .active: break
        case .registered: return .held
        case .decommissioned: return .decommissioned
        }
        // What it goes back to may be another release by now.
        if let reason = unsendable(update, position) {
            return FailureCause(code: reason.description, isPermanent: true)
        }
        return downgrade(update, position, from: devices.firmware(device))
    }

    /// Why an assignment that is to be tried again failed last; nil: it is not to be.
    func causeToRetry(_ update: UpdateIndex, _ position: Position) -> FailureCause? {
        guard updates[update.offset].assignments.state(position) == .retrying,
            case .failed(let cause) = updates[update.offset].assignments.reason(position)
        else { return nil }
        return cause
    }

    /// Why an assignment is given up for a device that somebody else has brought to a newer release meanwhile; nil: it
    /// is not.
    func downgrade(_ update: UpdateIndex, _ position: Position, from firmware: Version) -> FailureCause? {
        let reason = versionSkip(
            firmware, target: targetVersion(update, position),
            allowsDowngrade: updates[update.offset].definition.allowsDowngrade)
        guard case .onNewer = reason else { return nil }
        return FailureCause(code: "on newer \(firmware)", isPermanent: true)
    }

    /// The end of an attempt without success: tried again later, unless that is pointless or not wanted any more.
    func failure(_ update: UpdateIndex, _ position: Position, _ cause: FailureCause, now: Timestamp) -> Event {
        let device = updates[update.offset].assignments.device(position)
        let attempt = updates[update.offset].assignments.attempt(position)
        let isLast =
            cause.isPermanent || attempt >= settings.retry.attempts || updates[update.offset].startsEnded != nil
            || devices.lifecycle(device) != .active
        let retryAt = isLast ? nil : now + backoff(device, attempt: attempt)
        return .attemptFailed(update, device, cause, retryAt: retryAt)
    }

    /// Exponential backoff with jitter: half to all of `backoff * 2^(attempt - 1)`, the share drawn from a stable hash
    /// of the device and the attempt, so that devices which failed together do not come back together.
    private func backoff(_ device: DeviceIndex, attempt: Int) -> Duration {
        let doublings = min(max(0, attempt - 1), 20)
        let full = min(
            settings.retry.backoff.milliseconds << Int64(doublings), settings.retry.maximumBackoff.milliseconds)
        let draw = StableHash.of(devices.id(device), seed: UInt64(attempt)) % 501
        return .milliseconds(full * Int64(500 + draw) / 1000)
    }
}
