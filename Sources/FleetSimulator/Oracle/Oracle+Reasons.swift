import FleetCore

/// Whether the reasons hold for which what had not begun is left out (17).
extension Oracle {
    /// Whether a reason is true of an assignment.
    mutating func isTrue(_ reason: EndReason, _ update: Int, _ position: Int) -> Bool {
        let device = updates[update].assignments[position].device
        switch reason {
        case .expired: return hasExpired(update)
        case .missedWindow: return hasMissed(update, device)
        case .superseded(let other): return isSuperseded(update, device, by: other)
        case .releaseMissing, .releaseWithoutFiles:
            return updates[update].goesBack && isUnsendable(reason, update, position)
        default:
            let definition = updates[update].definition
            return isTrueOfDevice(
                reason, device, goal: updates[update].goal(position),
                definition.allowsDowngrade || updates[update].goesBack)
        }
    }

    /// Whether the fleet holds no release, or no files of it, for a device that leaves what it runs or may run.
    private func isUnsendable(_ reason: EndReason, _ update: Int, _ position: Int) -> Bool {
        let device = updates[update].assignments[position].device, goal = updates[update].goal(position)
        let left = devices[device].isUntold ? updates[update].definition.release : standings[device].firmware
        switch reason {
        case .releaseMissing(let version): return version == goal && releases[goal] == nil
        case .releaseWithoutFiles(let version): return version == goal && hasNoFiles(goal, for: left)
        default: return false
        }
    }

    private func hasExpired(_ update: Int) -> Bool {
        guard case .onConnect(let expires?) = updates[update].definition.strategy,
            let start = updates[update].startedAt
        else { return false }
        return start + expires.milliseconds <= clock.elapsed
    }

    /// A device has missed its window for good if its update gives it no other, or no other comes.
    mutating func hasMissed(_ update: Int, _ device: Int) -> Bool {
        guard let window = updates[update].definition.window else { return false }
        let zone = window.timeZone ?? devices[device].record.timeZone
        if updates[update].definition.strategy == .scheduled(missed: .skip) {
            return hasMissedWindow(update, zone) || !calendar.comes(window, zone, after: clock.wall)
        }
        return !calendar.comes(window, zone, after: clock.wall)
    }

    /// A waiting on-connect assignment gives way to a newer update to the same device; a device of a rollback that
    /// another update has brought to its own release since stays there.
    private func isSuperseded(_ update: Int, _ device: Int, by other: String) -> Bool {
        guard let number = updateNumbers[other], number != update, let began = updates[number].startedAt else {
            return false
        }
        if updates[update].goesBack {
            guard !updates[number].goesBack, !isOnRelease(device, of: origin(of: update)) else { return false }
            var bearer = devices[device].confirmed
            while let back = bearer, back != number, updates[back].goesBack, let before = former(back, at: device) {
                bearer = before
            }
            return bearer == number
        }
        guard case .onConnect = updates[update].definition.strategy, updates[number].position(of: device) != nil else {
            return false
        }
        return began >= updates[update].startedAt ?? .max
    }
}

extension WallCalendar {
    /// Whether a window is open or opens again.
    mutating func comes(_ window: WindowSchedule, _ zone: String, after moment: Timestamp) -> Bool {
        firstClosing(window, zone, from: moment) != nil
    }
}
