import FleetCore

/// One fact of every kind, and of every case inside it, with nothing left at its default.
enum CodingSamples {
    static var all: [(name: String, fact: Fact)] {
        (plain + updates + reasons + later).enumerated().map { number, sample in
            let at = Timestamp(milliseconds: 1_767_225_600_000 + Int64(number))
            return (sample.0.isEmpty ? "\(sample.1.kind)" : "\(sample.1.kind).\(sample.0)", Fact(at: at, sample.1))
        }
    }

    /// What facts of the first format say of the same, by the name of the kind.
    static var inFormat1: [(name: String, event: Event)] {
        let command = CommandRecord(
            verb: "pause", object: "u1", origin: Origin(operatorName: "ada", source: "console", reason: "noise"))
        var settings = settings
        settings.access = AccessSettings()
        settings.fourEyes = FourEyes()
        return [
            ("commandAccepted", .commandAccepted(command)),
            ("commandRefused", .commandRefused(command, Refusal("no such update", remedy: "list the updates"))),
            ("fleetConfigured", .fleetConfigured(settings)),
            ("assignmentSkipped", .assignmentSkipped(update, device, .held)),
        ]
    }

    private static let update = UpdateIndex(300)
    private static let device = DeviceIndex(70_000)
    static let command = CommandRecord(
        verb: "pause", object: "u1",
        origin: Origin(
            operatorName: "ada (ops)", source: "console", reason: "noise", user: "ops", role: .operator,
            key: CommandKey(high: .max, low: 300), basis: 70_000))
    private static let version = Version(2, 4, 1, prerelease: "rc.1", build: "b7")
    private static let cause = FailureCause(code: "hash mismatch", isPermanent: true)

    private static var plain: [(String, Event)] {
        [
            ("", .engineStarted),
            ("", .commandAccepted(command)),
            ("", .commandRefused(command, Refusal("no such update", remedy: "list the updates"))),
            ("", .fleetConfigured(settings)),
            (
                "",
                .releaseAdded(
                    Release(
                        version: version, notes: "fix",
                        artifacts: [Artifact(name: "pos.img", size: 1 << 20, sha256: "ab")]))
            ),
            ("", .deviceRegistered(record)),
            ("", .deviceRevised(device, record)),
            ("", .deviceStatusChanged(device, .offline)),
            ("", .devicesSeen([Sighting(device: device, at: Timestamp(milliseconds: -5))])),
            ("", .firmwareReported(device, version)),
            (
                "",
                .updateStarted(
                    update, targets: [device, DeviceIndex(0)], skipped: [Skip(device: device, reason: .offline)],
                    phaseSizes: [1, 2])
            ),
            ("", .updateApproved(update)),
            ("operatorPaused", .updatePaused(update, .operatorPaused(name: "ada"))),
            ("inconclusive", .updatePaused(update, .inconclusive(phase: "canary"))),
            ("", .updateResumed(update)),
            ("", .rollbackStarted(of: update, id: "u1-rollback", targets: [device])),
            ("", .retryStarted(of: update, id: "u1-retry", targets: [device])),
            ("", .phaseOpened(update, phase: 1)),
            ("", .phaseApproved(update, phase: 2)),
            ("", .phaseClosed(update, phase: 3)),
            ("", .attemptStarted(update, device, attempt: 2)),
            ("last", .attemptFailed(update, device, cause, retryAt: nil)),
            ("retried", .attemptFailed(update, device, cause, retryAt: Timestamp(milliseconds: 1))),
            ("", .assignmentCompleted(update, device)),
            ("", .assignmentSkipped(update, device, .alreadyOn(version))),
            ("", .outcomeTurnedBad(update, device, cause)),
        ]
    }

    /// Kinds that came later, behind the others, so that the lines of those stay as they were recorded.
    private static var later: [(String, Event)] {
        [
            ("", .clockStepped(by: .hours(-8760))),
            ("gateFailed", .updatePaused(update, .gateFailed(phase: "canary"))),
            ("", .deviceIntroduced(record, [Tag("mac", "02:00:00:00:00:01")])),
            ("", .deviceAccepted(device)),
            ("", .deviceRefused(device)),
            ("twoUnderOneID", .deviceHeld(device, .twoUnderOneID(evidence: "10.0.0.1 and 10.0.0.2"))),
            ("", .deviceDescribed(device, [Tag("hw", "rev 3"), Tag("mac", "02:00:00:00:00:01")])),
            ("held", .assignmentSkipped(update, device, .held)),
            ("releaseMissing", .assignmentSkipped(update, device, .releaseMissing(version))),
            ("releaseWithoutFiles", .assignmentSkipped(update, device, .releaseWithoutFiles(version))),
            ("", .proposalWithdrawn(update)),
            ("", .ordersRenumbered(behind: 16_777_300)),
        ]
            + Proposal.Deed.allCases.map {
                ("\($0)", .secondPersonAwaited(update, Proposal($0, devices: 120, by: "kim (ops)", user: "ops")))
            }
    }

    private static var reasons: [(String, Event)] {
        let reasons: [EndReason] = [
            .offline, .neverSeen, .alreadyOn(version), .onNewer(version), .decommissioned, .missedWindow,
            .superseded(by: "u2"), .expired, .cancelled(by: "ada"), .gateFailed(phase: "canary"), .rolledBack,
            .failed(cause),
        ]
        return [("", .startsEnded(update, .gateFailed(phase: "canary")))]
            + reasons.map { ("\($0)", .assignmentCancelled(update, device, $0)) }
            + UpdateStatus.allCases.map { ("\($0)", .updateEnded(update, $0)) }
            + GateVerdict.allCases.map {
                ("\($0)", .gateDecided(update, phase: 1, $0, completed: 9, failed: 1))
            }
            + AttemptStep.allCases.map { ("\($0)", .stepReached(update, device, $0)) }
    }

    private static var updates: [(String, Event)] {
        let strategies: [Strategy] =
            OfflinePolicy.allCases.map { .immediate(offline: $0) }
            + MissedPolicy.allCases.map { .scheduled(missed: $0) }
            + FailurePolicy.allCases.map { .progressive(phases: [phase], onFailure: $0) }
            + [.onConnect(expires: nil), .onConnect(expires: .days(30))]
        return strategies.map { ($0.name, .updateDrafted(definition($0))) }
            + [("", .updateRevised(update, definition(.immediate(offline: .queue))))]
    }
}

extension CodingSamples {
    private static var gate: Gate {
        var gate = Gate(threshold: 9000)
        gate.minimumSample = 7
        gate.timeout = .hours(5)
        gate.demandsConfidence = true
        gate.requiresApproval = true
        return gate
    }

    private static var phase: PhaseDefinition {
        PhaseDefinition(name: "canary", percent: 10, gate: gate, wait: .milliseconds(1500))
    }

    private static var record: DeviceRecord {
        DeviceRecord(
            id: "pos-bos-01", name: "Till 1", address: "https://10.0.0.1:8443", site: "bos", region: "northeast",
            location: "Boston, MA", tags: [Tag("type", "flagship")], timeZone: "America/New_York", firmware: version,
            status: .online, lifecycle: .active, lastSeen: Timestamp(milliseconds: 1_772_000_000_000))
    }

    private static var settings: FleetSettings {
        var settings = FleetSettings(name: "shops")
        settings.timeZone = "Europe/Berlin"
        settings.heartbeat = .minutes(4)
        settings.missedHeartbeats = 3
        settings.limits.inFlight = 99
        settings.limits.inFlightPerRegion = 10
        settings.limits.inFlightPerSite = 2
        settings.limits.startsPerMinute = 30
        settings.limits.ramp = .minutes(20)
        settings.limits.bytesPerSecondPerRegion = 1_000_000
        settings.floor.untouched = 2
        settings.floor.appliesFrom = 4
        let date = LocalDate(year: 2026, month: 12, day: 20)
        settings.freezes = [
            Freeze(
                name: "holidays", from: LocalDateTime(date: date, secondOfDay: 0),
                until: LocalDateTime(date: date, secondOfDay: 86_399), regions: ["northeast"])
        ]
        settings.gateDefaults = gate
        settings.retry.attempts = 5
        settings.retry.backoff = .seconds(30)
        settings.retry.maximumBackoff = .hours(2)
        settings.deadlines.offered = .minutes(1)
        settings.deadlines.downloading = .minutes(2)
        settings.deadlines.installing = .minutes(3)
        settings.deadlines.confirming = .minutes(4)
        settings.access.users = [RoleGrant("kim", .operator), RoleGrant("lea", .viewer)]
        settings.access.groups = [RoleGrant("release", .admin)]
        settings.fourEyes.updateOver = 500
        settings.fourEyes.rollbackOver = 100
        return settings
    }

    private static func definition(_ strategy: Strategy) -> UpdateDefinition {
        var definition = UpdateDefinition(
            id: "u1", title: "Patch", release: version, selector: .all, strategy: strategy, window: window(strategy))
        definition.allowsDowngrade = true
        definition.requiresApproval = true
        definition.inFlight = 8
        definition.startsPerMinute = 6
        definition.freezeOverride = "security"
        definition.seed = 1 << 63
        return definition
    }

    private static func window(_ strategy: Strategy) -> WindowSchedule? {
        switch strategy {
        case .immediate: nil
        case .scheduled: WindowSchedule(opensAt: 7200, closesAt: 14_400, recurrence: .weekly([.monday, .sunday]))
        default:
            WindowSchedule(
                opensAt: 7200, closesAt: 14_400, timeZone: "Etc/UTC",
                recurrence: .once(LocalDate(year: 2026, month: 1, day: 31)))
        }
    }
}
