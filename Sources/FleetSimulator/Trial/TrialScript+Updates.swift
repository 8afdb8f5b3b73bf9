import FleetCore

/// Updates of all strategies.
extension TrialScript {
    func update(_ number: Int, _ draw: inout TrialRandom) -> UpdateDefinition {
        let strategy = self.strategy(&draw)
        var update = UpdateDefinition(
            id: "u\(number)", release: releases[draw.number(1...releases.count - 1)].version,
            selector: selector(&draw), strategy: strategy)
        if case .scheduled = strategy {
            update.window = window(&draw)
        } else if draw.chance(150) {
            update.window = window(&draw)
        }
        update.allowsDowngrade = draw.chance(200)
        update.requiresApproval = draw.chance(150)
        if draw.chance(200) { update.inFlight = draw.number(1...5) }
        if draw.chance(200) { update.startsPerMinute = draw.one(of: [1, 2, 6]) }
        if draw.chance(200) { update.freezeOverride = "trial" }
        update.seed = draw.next()
        return update
    }

    private func selector(_ draw: inout TrialRandom) -> Selector {
        let texts = [
            "all", "all", "status = online", "region = region-1", "firmware < 3.0.0", "status != online",
            "tag.type = flagship", "site = S1 or region = region-2",
        ]
        do { return try Selector(parsing: draw.one(of: texts)) } catch { preconditionFailure("\(error)") }
    }

    private func strategy(_ draw: inout TrialRandom) -> Strategy {
        switch draw.number(0...9) {
        case 0...1: .immediate(offline: draw.one(of: OfflinePolicy.allCases))
        case 2...3: .scheduled(missed: draw.one(of: MissedPolicy.allCases))
        case 4: .onConnect(expires: draw.chance(500) ? draw.duration(.hours(2)...(.hours(30))) : nil)
        default: .progressive(phases: phases(&draw), onFailure: draw.one(of: FailurePolicy.allCases))
        }
    }

    private func phases(_ draw: inout TrialRandom) -> [PhaseDefinition] {
        let percents = draw.one(of: [[10, 50, 100], [1, 25, 60, 100], [50, 100], [100], [20, 70]])
        return percents.map { percent in
            var gate = Gate(threshold: draw.one(of: [5000, 8500, 9500, 10_000]))
            if draw.chance(300) { gate.minimumSample = draw.number(1...4) }
            gate.timeout = draw.one(of: [.hours(2), .hours(12), .hours(72)])
            gate.demandsConfidence = draw.chance(60)
            gate.requiresApproval = draw.chance(120)
            let wait = draw.one(of: [Duration.zero, .minutes(10), .hours(1), .hours(6)])
            return PhaseDefinition(name: "p\(percent)", percent: percent, gate: gate, wait: wait)
        }
    }

    /// Nights above all, and often the hours in which clocks are changed.
    private func window(_ draw: inout TrialRandom) -> WindowSchedule {
        let opens = draw.one(of: [0, 1, 2, 2, 2, 3, 9, 22]) * 3600 + draw.one(of: [0, 0, 1800])
        let length = draw.one(of: [1800, 3600, 7200, 14_400])
        let zone = draw.chance(250) ? draw.one(of: Self.zones) : nil
        var recurrence = WindowSchedule.Recurrence.weekly(Weekday.allCases)
        if draw.chance(200) {
            recurrence = .weekly(Weekday.allCases.filter { _ in draw.chance(500) })
            if recurrence == .weekly([]) { recurrence = .weekly([.monday]) }
        }
        if draw.chance(120) {
            let day = Int(start.milliseconds / 86_400_000) + draw.number(0...3)
            recurrence = .once(LocalDate(daysSinceEpoch: day))
        }
        return WindowSchedule(
            opensAt: opens, closesAt: (opens + length) % 86_400, timeZone: zone, recurrence: recurrence)
    }
}
