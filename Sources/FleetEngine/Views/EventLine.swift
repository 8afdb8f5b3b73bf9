import FleetCore

/// A fact in one line for other programs.
public struct EventLine: Codable, Hashable, Sendable {
    /// The number of the fact in the journal, from 1; no number is left out.
    public var number: UInt64
    /// When it happened, in ISO 8601.
    public var at: String
    /// The fact's kind, such as `attemptStarted`.
    public var kind: String
    /// The id of the update that it is about; nil: it is about none.
    @Nullable public var update: String?
    /// The id of the device that it is about; nil: it is about none, or about many.
    @Nullable public var device: String?
    /// `engine`, or who gave the command.
    public var who: String
    /// The same line as the console shows it.
    public var text: String
}

extension EngineLoop {
    /// A fact by its number in one line, by the state as it stands behind it or later.
    public func eventLine(_ fact: Fact, number: UInt64) -> EventLine {
        let shown = line(of: fact)
        return EventLine(
            number: number, at: fact.at.iso, kind: "\(fact.event.kind)", update: update(of: fact.event),
            device: device(of: fact.event), who: shown.who, text: shown.text)
    }

    /// The lines of facts that follow one another.
    /// - Parameter number: The number of the fact before the first.
    public func eventLines(_ facts: [Fact], after number: UInt64) -> [EventLine] {
        facts.enumerated().map { eventLine($1, number: number + UInt64($0) + 1) }
    }

    private func update(of event: Event) -> String? {
        if let index = event.update { return state.update(index).id }
        switch event {
        case .updateDrafted(let definition), .updateRevised(_, let definition): return definition.id
        case .commandAccepted(let record), .commandRefused(let record, _):
            return state.updateIndex(of: record.object) == nil ? nil : record.object
        default: return nil
        }
    }

    private func device(of event: Event) -> String? {
        if let index = event.device { return state.devices.id(index) }
        switch event {
        case .deviceRegistered(let record), .deviceIntroduced(let record, _): return record.id
        case .commandAccepted(let record), .commandRefused(let record, _):
            return state.devices.index(of: record.object) == nil ? nil : record.object
        default: return nil
        }
    }
}
