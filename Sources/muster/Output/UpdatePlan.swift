import Console
import FleetCore
import FleetEngine

/// What an update would do if it were started at a moment.
struct UpdatePlan: Encodable {
    /// A device that is left out.
    struct Skipped: Encodable {
        var device: String
        var reason: String
    }

    /// One phase: the devices it adds, in their order, and how many it reaches with those before.
    struct Phase: Encodable {
        var name: String
        var percent: Int
        var size: Int
        var devices: [String]
        @OrNull var gate: String?
        var waitSeconds: Int64
    }

    /// When the window opens at the sites of one zone.
    struct Zone: Encodable {
        var timeZone: String
        var devices: Int
        var openings: [Opening]
    }

    /// One opening of a window.
    struct Opening: Encodable {
        var opensAt: String
        var closesAt: String
    }

    /// Why devices could not start at once.
    struct Waiting: Encodable {
        var reason: String
        var devices: Int
    }

    var update: String
    var title: String
    var release: String
    var strategy: String
    var selector: String
    var at: String
    var selected: Int
    var targets: Int
    var phases: [Phase]
    var skipped: [Skipped]
    /// Devices that a rollback could not send back, with the reason.
    var unreturnable: [Skipped]
    /// Why the release is sent to no device at all; nil: it is.
    @OrNull var unsigned: String?
    /// Releases that devices run now, and to which they may not go back from the new one by what is signed.
    var unapproved: [String]
    @OrNull var window: String?
    var zones: [Zone]
    var waiting: [Waiting]
    var limits: [String]

    init(_ definition: UpdateDefinition, loop: EngineLoop, now wallTime: Timestamp) {
        let state = loop.state
        let now = max(wallTime, state.lastFactAt)
        let selection = state.select(definition, presence: loop.machine.presence, now: now)
        update = definition.id
        title = definition.title
        release = definition.release.description
        strategy = definition.strategy.name
        selector = definition.selector.source
        at = now.iso
        selected = selection.targets.count + selection.skipped.count
        targets = selection.targets.count
        phases = Self.phases(definition, selection, state)
        skipped = selection.skipped.map {
            Skipped(device: state.devices.id($0.device), reason: $0.reason.description)
        }
        unreturnable = selection.targets.compactMap { device in
            state.missingFiles(of: state.devices.firmware(device), from: definition.release).map {
                Skipped(device: state.devices.id(device), reason: $0.description)
            }
        }
        window = definition.window?.description
        zones = Self.zones(definition, selection, state, now: now)
        unsigned = nil
        unapproved = []
        limits = Self.limits(definition, state.settings)
        waiting = Self.waiting(definition, loop: loop, now: now)
    }

    private static func phases(
        _ definition: UpdateDefinition, _ selection: FleetState.Selection, _ state: FleetState
    ) -> [Phase] {
        var before = 0
        return zip(definition.phaseDefinitions, selection.phaseSizes).map { phase, size in
            let ids = selection.targets[before..<size].map { state.devices.id($0) }
            before = size
            return Phase(
                name: phase.name, percent: phase.percent, size: size, devices: ids,
                gate: definition.hasGates ? gate(phase.gate, size: size) : nil,
                waitSeconds: phase.wait.milliseconds / 1000)
        }
    }

    private static func gate(_ gate: Gate, size: Int) -> String {
        var text = "success \(percent(gate.threshold)), at least \(gate.sampleNeeded(size: size)) ended"
        text += " within \(DurationText.exact(gate.timeout))"
        if gate.demandsConfidence { text += ", 95% confidence" }
        if gate.requiresApproval { text += ", then an approval" }
        return text
    }

    private static func percent(_ basisPoints: Int) -> String {
        basisPoints % 100 == 0 ? "\(basisPoints / 100)%" : "\(basisPoints / 100).\(basisPoints % 100 / 10)%"
    }

    private static func zones(
        _ definition: UpdateDefinition, _ selection: FleetState.Selection, _ state: FleetState, now: Timestamp
    ) -> [Zone] {
        guard let window = definition.window else { return [] }
        var counts = Array(repeating: 0, count: state.devices.zones.count)
        for device in selection.targets { counts[state.devices.zoneNumber(device)] += 1 }
        let own = window.timeZone.flatMap { FleetCore.Zone(identifier: $0) }
        return counts.indices.filter { counts[$0] > 0 }.map { number in
            let zone = state.devices.zones[number]
            let openings = window.openings(from: now, zone: own ?? zone, count: 3).map {
                Opening(opensAt: $0.lowerBound.iso, closesAt: $0.upperBound.iso)
            }
            return Zone(timeZone: zone.identifier, devices: counts[number], openings: openings)
        }.sorted { $0.timeZone < $1.timeZone }
    }

    private static func limits(_ definition: UpdateDefinition, _ settings: FleetSettings) -> [String] {
        let limits = settings.limits
        var lines = ["\(limits.inFlight) in flight in the fleet"]
        if let limit = definition.inFlight { lines.append("\(limit) in flight in this update") }
        if let limit = limits.inFlightPerRegion { lines.append("\(limit) in flight in each region") }
        if let limit = limits.inFlightPerSite { lines.append("\(limit) in flight at each site") }
        if let limit = definition.startsPerMinute ?? limits.startsPerMinute {
            lines.append("\(NumberText.count(limit, "start")) a minute")
        }
        if let ramp = limits.ramp { lines.append("starts grow to that over \(DurationText.exact(ramp))") }
        if let limit = limits.bytesPerSecondPerRegion {
            lines.append("\(limit) \(limit == 1 ? "byte" : "bytes") a second in each region")
        }
        if let size = settings.fourEyes.updateOver {
            lines.append("a second person must approve more than \(NumberText.count(size, "device"))")
        }
        let floor = settings.floor
        lines.append("\(floor.untouched) untouched at each site of \(floor.appliesFrom) or more")
        for freeze in settings.freezes {
            let regions = freeze.regions.isEmpty ? "" : " in \(freeze.regions.joined(separator: ", "))"
            let override = definition.freezeOverride.map { ", overridden: \($0)" } ?? ""
            lines.append("freeze \(freeze.name) \(freeze.from.iso) until \(freeze.until.iso)\(regions)\(override)")
        }
        return lines
    }

    /// What would hold devices in the first moment, asked of the engine itself: the update is started in a copy.
    private static func waiting(_ definition: UpdateDefinition, loop: EngineLoop, now: Timestamp) -> [Waiting] {
        var copy = loop
        _ = copy.assume([.start(update: definition.id)], now: now)
        copy.settle(now: now)
        var query = ViewQuery()
        query.update = definition.id
        guard let update = copy.view(query, now: now).update else { return [] }
        var groups = update.waiting.map { Waiting(reason: $0.reason.description, devices: $0.count) }
        let started = update.summary.tally.active
        if started > 0 { groups.insert(Waiting(reason: "starts at once", devices: started), at: 0) }
        return groups
    }

    /// The plan for people.
    var lines: [String] {
        var lines = [
            "\(update): \(title)", "release \(release), \(strategy), devices: \(selector)", "as of \(at)", "",
            "\(selected) selected, \(targets) to update, \(skipped.count) left out",
        ]
        for phase in phases {
            let gate = phase.gate.map { "; gate \($0)" } ?? ""
            let wait = phase.waitSeconds > 0 ? "; then waits \(DurationText.exact(.seconds(phase.waitSeconds)))" : ""
            lines += ["", "phase \(phase.name) (\(phase.percent)%): reaches \(phase.size)\(gate)\(wait)"]
            lines += phase.devices.prefix(100).map { "  + \($0)" }
            if phase.devices.count > 100 { lines.append("  and \(phase.devices.count - 100) more; --json lists all") }
        }
        if !skipped.isEmpty { lines += ["", "left out"] + skipped.map { "  - \($0.device): \($0.reason)" } }
        if !unreturnable.isEmpty {
            lines += ["", "warning: a rollback could not send back"]
            lines += unreturnable.prefix(100).map { "  ! \($0.device): \($0.reason)" }
            if unreturnable.count > 100 { lines.append("  and \(unreturnable.count - 100) more; --json lists all") }
        }
        if !unapproved.isEmpty {
            lines += [
                "",
                "warning: no signature lets devices go back from \(release): those that look for one would refuse a "
                    + "rollback", "  ! to \(unapproved.joined(separator: ", "))",
                "  `muster release publish` with --approve-rollback and --from approves it",
            ]
        }
        if let unsigned { lines += ["", "warning: nothing is sent to any device: \(unsigned)"] }
        if let window {
            lines += ["", "window \(window)"]
            lines += zones.map { zone in
                let openings = zone.openings.map { "\($0.opensAt) to \($0.closesAt)" }.joined(separator: ", ")
                return "  \(zone.timeZone) (\(zone.devices)): \(openings.isEmpty ? "never opens again" : openings)"
            }
        }
        if !waiting.isEmpty { lines += ["", "in the first moment"] + waiting.map { "  \($0.devices) \($0.reason)" } }
        return lines + ["", "limits"] + limits.map { "  \($0)" }
    }
}
