import FleetCore

extension EngineLoop {
    /// A fact in one line, by the state as it stands: also those facts that the lists of events leave out.
    public func line(of fact: Fact) -> EventRow {
        EventText(state: state).row(fact)
            ?? EventRow(at: fact.at, who: "engine", text: registryText(fact.event), kind: .plain)
    }

    private func registryText(_ event: Event) -> String {
        switch event {
        case .fleetConfigured(let settings): "settings of \(settings.name) taken over"
        case .releaseAdded(let release): "release \(release.version) added"
        case .deviceRegistered(let record): "\(record.id) registered"
        case .deviceRevised(_, let record): "\(record.id) revised"
        case .deviceDescribed(let device, let tags): described(device, tags)
        case .devicesSeen(let sightings): sightings.count == 1 ? "1 device seen" : "\(sightings.count) devices seen"
        case .updateDrafted(let definition): "\(definition.id) drafted"
        case .updateRevised(_, let definition): "\(definition.id) revised"
        default: "\(event.kind)"
        }
    }

    private func described(_ device: DeviceIndex, _ tags: [Tag]) -> String {
        let said = tags.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        return "\(state.devices.id(device)) says of itself: \(said.isEmpty ? "nothing" : said)"
    }
}
