import FleetCore
import Foundation

/// What must be true at the start of an attempt.
extension Auditor {
    mutating func auditStart(_ update: Int, _ device: Int, attempt: Int) {
        let subject = devices[device], record = updates[update]
        let what = "\(subject.id) starts in \(record.definition.id)"
        expect(subject.isOnline && subject.isInService, "\(what) though it cannot be reached")
        expect(subject.live == nil || subject.live == update, "\(what) though it is busy elsewhere")
        expect(!record.isPaused, "\(what), which is paused")
        expect(!record.awaitsApproval, "\(what), which awaits approval")
        expect(!record.hasStopped && !record.hasEnded, "\(what), which starts nothing any more")
        auditTurn(what, record, device, attempt: attempt)
        auditPlaces(what, record, update, subject)
        auditPace(what, record, subject)
        auditCalendar(what, record, subject)
    }

    private func auditTurn(_ what: String, _ record: Update, _ device: Int, attempt: Int) {
        guard let assignment = record.assignments[device] else { return find("\(what), which does not name it") }
        expect(assignment.attempts + 1 == attempt, "\(what) with attempt \(attempt) after \(assignment.attempts)")
        expect(attempt <= settings.retry.attempts, "\(what) with attempt \(attempt)")
        switch assignment.stand {
        case .waiting: break
        case .backingOff(let until): expect(now >= until, "\(what) before it has backed off")
        default: find("\(what) though it stands at \(assignment.stand)")
        }
        guard let phases = record.phases else { return }
        guard let phase = record.phase else { return find("\(what) before a phase is open") }
        let isOpen = record.targets.prefix(record.sizes[phase]).contains(device)
        expect(isOpen, "\(what) before its phase is open")
        let update = updates.firstIndex { $0.definition.id == record.definition.id } ?? 0
        let (_, bad, size) = sample(update, phase)
        let isLost = size > 0 && (size - bad) * 10_000 < phases[phase].gate.threshold * size
        expect(!isLost, "\(what) though its gate cannot be reached any more")
    }

    /// Limits and floors, with this start counted in.
    private func auditPlaces(_ what: String, _ record: Update, _ update: Int, _ subject: Device) {
        var fleet = 1, region = 1, site = 1, own = 1, members = 0, working = 0
        for device in devices {
            if device.isUnderWay {
                fleet += 1
                if device.region == subject.region { region += 1 }
                if device.site == subject.site { site += 1 }
                if device.live == update { own += 1 }
            }
            guard device.site == subject.site, device.isInService else { continue }
            members += 1
            if device.isOnline, !device.isUnderWay, device.id != subject.id { working += 1 }
        }
        let limits = settings.limits
        expect(fleet <= limits.inFlight, "\(what) as the fleet's \(fleet)th in flight")
        expect(region <= limits.inFlightPerRegion ?? .max, "\(what) as the region's \(region)th in flight")
        expect(site <= limits.inFlightPerSite ?? .max, "\(what) as the site's \(site)th in flight")
        expect(own <= record.definition.inFlight ?? .max, "\(what) as the update's \(own)th in flight")
        if members >= settings.floor.appliesFrom {
            expect(working >= settings.floor.untouched, "\(what) and leaves \(working) working at \(subject.site)")
        }
    }

    private mutating func auditPace(_ what: String, _ record: Update, _ subject: Device) {
        if let limit = record.definition.startsPerMinute ?? settings.limits.startsPerMinute {
            let recent = record.starts.reversed().prefix { $0 + .minutes(1) > now }.count + 1
            expect(recent <= limit, "\(what) as the \(recent)th in a minute")
        }
        guard let rate = settings.limits.bytesPerSecondPerRegion, !record.goesBack else { return }
        var bytes: Int64 = 0
        for earlier in (asked[subject.region] ?? []).reversed() {
            bytes += earlier.bytes
            let room = rate * (now - earlier.at).milliseconds
            expect(bytes * 1000 <= room, "\(what) with \(bytes) bytes asked of \(subject.region) since \(earlier.at)")
        }
        asked[subject.region, default: []].append((now, sizes[record.definition.release] ?? 0))
    }

    /// By the clock on the store's wall, as Foundation knows it.
    private func auditCalendar(_ what: String, _ record: Update, _ subject: Device) {
        guard !record.goesBack else { return }
        if let window = record.definition.window, record.definition.strategy != .scheduled(missed: .onConnect) {
            let second = wall(window.timeZone ?? subject.zone) % 86_400
            let isInside =
                window.opensAt < window.closesAt
                ? (window.opensAt..<window.closesAt).contains(second)
                : second >= window.opensAt || second < window.closesAt
            expect(isInside, "\(what) outside its window")
        }
        guard record.definition.freezeOverride == nil else { return }
        for freeze in settings.freezes where freeze.regions.isEmpty || freeze.regions.contains(subject.region) {
            let face = wall(subject.zone)
            let isFrozen = (Self.face(freeze.from)..<Self.face(freeze.until)).contains(face)
            expect(!isFrozen, "\(what) in the freeze \(freeze.name)")
        }
    }

    /// Seconds since 1970-01-01 00:00 as clocks of a zone show them.
    private func wall(_ zone: String) -> Int {
        let seconds = Int((Double(now.milliseconds) / 1000).rounded(.down))
        let offset = TimeZone(identifier: zone)?.secondsFromGMT(
            for: Date(timeIntervalSince1970: TimeInterval(seconds)))
        return seconds + (offset ?? 0)
    }

    private static func face(_ time: LocalDateTime) -> Int {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = DateComponents(year: time.date.year, month: time.date.month, day: time.date.day)
        return Int(calendar.date(from: parts)?.timeIntervalSince1970 ?? 0) + time.secondOfDay
    }
}
