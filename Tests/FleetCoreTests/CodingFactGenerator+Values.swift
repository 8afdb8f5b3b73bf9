import FleetCore

extension FactGenerator {
    mutating func command() -> CommandRecord {
        CommandRecord(
            verb: text(), object: text(),
            origin: Origin(
                operatorName: text(), source: text(), reason: longText(), user: text(),
                role: maybe { $0.one(of: Role.self) },
                key: maybe { CommandKey(high: UInt64(bitPattern: $0.int64()), low: UInt64(bitPattern: $0.int64())) },
                basis: maybe { UInt64(bitPattern: $0.int64()) }))
    }

    mutating func record() -> DeviceRecord {
        DeviceRecord(
            id: text(), name: text(), address: text(), site: text(), region: text(), location: text(),
            tags: list { Tag($0.text(), $0.text()) }, timeZone: text(), firmware: version(),
            status: one(of: DeviceStatus.self), lifecycle: one(of: DeviceLifecycle.self),
            lastSeen: maybe { $0.timestamp() })
    }

    mutating func release() -> Release {
        Release(
            version: version(), notes: longText(),
            artifacts: list { Artifact(name: $0.text(), size: $0.int64(), sha256: $0.text()) })
    }

    mutating func gate() -> Gate {
        var gate = Gate(threshold: int())
        gate.minimumSample = maybe { $0.int() }
        gate.timeout = duration()
        gate.demandsConfidence = bool()
        gate.requiresApproval = bool()
        return gate
    }

    mutating func date() -> LocalDate { LocalDate(year: int(), month: int(), day: int()) }

    mutating func settings() -> FleetSettings {
        var settings = FleetSettings(name: text())
        settings.timeZone = text()
        settings.heartbeat = duration()
        settings.missedHeartbeats = int()
        settings.limits = limits()
        settings.floor.untouched = int()
        settings.floor.appliesFrom = int()
        settings.freezes = list { random in
            Freeze(
                name: random.text(), from: LocalDateTime(date: random.date(), secondOfDay: random.int()),
                until: LocalDateTime(date: random.date(), secondOfDay: random.int()),
                regions: random.list { $0.text() })
        }
        settings.gateDefaults = gate()
        settings.retry.attempts = int()
        settings.retry.backoff = duration()
        settings.retry.maximumBackoff = duration()
        settings.deadlines.offered = duration()
        settings.deadlines.downloading = duration()
        settings.deadlines.installing = duration()
        settings.deadlines.confirming = duration()
        settings.access.users = list { RoleGrant($0.text(), $0.one(of: Role.self)) }
        settings.access.groups = list { RoleGrant($0.text(), $0.one(of: Role.self)) }
        settings.fourEyes.updateOver = maybe { $0.int() }
        settings.fourEyes.rollbackOver = maybe { $0.int() }
        return settings
    }

    mutating func limits() -> Limits {
        var limits = Limits()
        limits.inFlight = int()
        limits.inFlightPerRegion = maybe { $0.int() }
        limits.inFlightPerSite = maybe { $0.int() }
        limits.startsPerMinute = maybe { $0.int() }
        limits.ramp = maybe { $0.duration() }
        limits.bytesPerSecondPerRegion = maybe { $0.int64() }
        return limits
    }

    mutating func strategy() -> Strategy {
        switch below(4) {
        case 0: .immediate(offline: one(of: OfflinePolicy.self))
        case 1: .scheduled(missed: one(of: MissedPolicy.self))
        case 2:
            .progressive(
                phases: list { random in
                    PhaseDefinition(
                        name: random.text(), percent: random.int(), gate: random.gate(), wait: random.duration())
                }, onFailure: one(of: FailurePolicy.self))
        default: .onConnect(expires: maybe { $0.duration() })
        }
    }

    mutating func window() -> WindowSchedule {
        WindowSchedule(
            opensAt: int(), closesAt: int(), timeZone: maybe { $0.text() },
            recurrence: bool() ? .once(date()) : .weekly(list(7) { $0.one(of: Weekday.self) }))
    }

    mutating func definition() -> UpdateDefinition {
        var definition = UpdateDefinition(
            id: text(), title: text(), release: version(), selector: selector(), strategy: strategy(),
            window: maybe { $0.window() })
        definition.allowsDowngrade = bool()
        definition.requiresApproval = bool()
        definition.inFlight = maybe { $0.int() }
        definition.startsPerMinute = maybe { $0.int() }
        definition.freezeOverride = maybe { $0.text() }
        definition.seed = maybe { $0.uint64() }
        return definition
    }

    mutating func cause() -> FailureCause { FailureCause(code: text(), isPermanent: bool()) }

    mutating func endReason() -> EndReason {
        switch below(15) {
        case 0: .offline
        case 1: .neverSeen
        case 2: .alreadyOn(version())
        case 3: .onNewer(version())
        case 4: .decommissioned
        case 5: .missedWindow
        case 6: .superseded(by: text())
        case 7: .expired
        case 8: .cancelled(by: text())
        case 9: .gateFailed(phase: text())
        case 10: .rolledBack
        case 11: .held
        case 12: .releaseMissing(version())
        case 13: .releaseWithoutFiles(version())
        default: .failed(cause())
        }
    }
}
