import FleetCore

extension ViewBuilder {
    /// What starting a draft would do now; nil for an update that has started.
    func startPreview(_ update: UpdateIndex) -> StartPreview? {
        let record = state.updates[update.offset]
        guard record.status == .draft else { return nil }
        let definition = record.definition
        let selection = state.select(definition, presence: presence, now: now)
        var preview = StartPreview(
            update: record.id, release: definition.release, takenAt: now, targets: selection.targets.count,
            statusCounts: DeviceStatus.allCases.map { _ in 0 }, skipped: [], phases: [], regions: [])
        preview.needsSecondPerson = state.settings.fourEyes.needsSecondPerson(
            .start, devices: selection.targets.count)
        if definition.hasGates {
            preview.phases = zip(definition.phaseDefinitions, selection.phaseSizes).map {
                PhaseSize(name: $0.name, size: $1)
            }
        }
        for device in selection.targets { count(device, in: &preview) }
        for skip in selection.skipped { count(skip.reason, in: &preview) }
        preview.regions.sort { ($1.count, $0.region) < ($0.count, $1.region) }
        preview.skipped.sort { ($1.count, $0.reason.description) < ($0.count, $1.reason.description) }
        return preview
    }

    private func count(_ device: DeviceIndex, in preview: inout StartPreview) {
        preview.statusCounts[Int(state.devices.status(device).rawValue)] += 1
        let region = state.devices.region(device)
        if let index = preview.regions.firstIndex(where: { $0.region == region }) {
            preview.regions[index].count += 1
        } else {
            preview.regions.append(RegionCount(region: region, count: 1))
        }
    }

    private func count(_ reason: EndReason, in preview: inout StartPreview) {
        if let index = preview.skipped.firstIndex(where: { $0.reason == reason }) {
            preview.skipped[index].count += 1
        } else {
            preview.skipped.append(SkipGroup(reason: reason, count: 1))
        }
    }
}
