import FleetCore

extension ViewBuilder {
    func rollbackPreview(_ update: UpdateIndex) -> RollbackPreview {
        let record = state.updates[update.offset]
        let set = state.rollbackSet(update)
        var preview = RollbackPreview(
            update: record.id, release: record.definition.release, revision: state.rollbackRevision(update),
            takenAt: now, targets: [], changed: 0, inFlight: 0, toCheck: 0, cancelled: record.tally.waiting,
            offline: 0, impossible: set.impossible, impossibleIDs: set.impossible.map { state.devices.id($0.device) },
            regions: [])
        preview.needsSecondPerson = state.settings.fourEyes.needsSecondPerson(
            .rollBack, devices: set.targets.count)
        for device in set.targets { count(device, of: update, in: &preview) }
        preview.targets.sort { ($1.count, $1.version) < ($0.count, $0.version) }
        preview.regions.sort { ($1.count, $0.region) < ($0.count, $1.region) }
        return preview
    }

    private func count(_ device: DeviceIndex, of update: UpdateIndex, in preview: inout RollbackPreview) {
        let assignments = state.updates[update.offset].assignments
        guard let position = assignments.position(of: device) else { return }
        let previous = state.previousVersion(update, position)
        if let step = assignments.step(position), step < .installing {
            preview.withdrawn += 1
            return
        }
        if stays(assignments.state(position)), state.devices.status(device) == .online,
            state.devices.firmware(device) == previous, !state.devices.isVersionUntold(device)
        {
            preview.unchanged += 1
            return
        }
        if let previous, let reason = state.missingFiles(of: previous, from: state.versionToLeave(update, device)) {
            preview.impossible.append(Skip(device: device, reason: reason))
            preview.impossibleIDs.append(state.devices.id(device))
            return
        }
        switch assignments.state(position) {
        case .completed: preview.changed += 1
        case .inProgress: preview.inFlight += 1
        default: preview.toCheck += 1
        }
        if state.devices.status(device) != .online { preview.offline += 1 }
        if let version = previous {
            if let index = preview.targets.firstIndex(where: { $0.version == version }) {
                preview.targets[index].count += 1
            } else {
                preview.targets.append(FirmwareCount(version: version, count: 1))
            }
        }
        let region = state.devices.region(device)
        if let index = preview.regions.firstIndex(where: { $0.region == region }) {
            preview.regions[index].count += 1
        } else {
            preview.regions.append(RegionCount(region: region, count: 1))
        }
    }

    /// Whether a device that was tried may be on what it had before.
    private func stays(_ assignment: AssignmentState) -> Bool {
        switch assignment {
        case .failed, .retrying, .cancelled: true
        default: false
        }
    }
}
