import FleetCore

/// What an update must fit: the fleet's releases and devices.
struct UpdateChecks {
    /// Releases beyond this many are not listed in a remedy.
    private static let mostListed = 12

    var releases: [Version]
    /// Nil if they could not be read: then nothing is said about them.
    var devices: [DeviceRecord]?

    func check(_ update: ReadUpdate) {
        let wanted = update.definition.release
        if !releases.contains(wanted) {
            update.scope.error(update.releasePlace, "there is no release \(wanted)", remedy(wanted))
        }
        guard let devices, !devices.isEmpty, !asksForTime(update.definition.selector.expression) else { return }
        // Without a time that is asked for, any moment will do.
        let now = Timestamp(milliseconds: 0)
        if !devices.contains(where: { update.definition.selector.matches(RecordSubject(record: $0), now: now) }) {
            update.scope.warning(
                update.selectorPlace, "no device matches `\(update.definition.selector.source.shown)`",
                "see `muster devices` for what there is")
        }
    }

    private func remedy(_ wanted: Version) -> String {
        let known = releases.map(\.description)
        if let near = NearMiss.best(of: wanted.description, among: known) { return "did you mean \(near)?" }
        if known.isEmpty { return "add it under releases/\(wanted)/release.yaml" }
        return "there are \(known.suffix(Self.mostListed).joined(separator: ", "))"
    }

    /// Whether the selector counts from the present moment, which files do not know.
    private func asksForTime(_ expression: SelectorExpression) -> Bool {
        switch expression {
        case .all: false
        case .comparison(let attribute, _, _): attribute == .unseen
        case .and(let left, let right), .or(let left, let right): asksForTime(left) || asksForTime(right)
        case .not(let inner): asksForTime(inner)
        }
    }
}

/// A device of a file, as selectors ask about it.
struct RecordSubject: SelectorSubject {
    let record: DeviceRecord

    var id: String { record.id }
    var name: String { record.name }
    var address: String { record.address }
    var site: String { record.site }
    var region: String { record.region }
    var location: String { record.location }
    var timeZone: String { record.timeZone }
    var status: DeviceStatus { record.status }
    var lifecycle: DeviceLifecycle { record.lifecycle }
    var firmware: Version { record.firmware }
    var lastSeen: Timestamp? { nil }
    var tags: [Tag] { record.tags }
}
