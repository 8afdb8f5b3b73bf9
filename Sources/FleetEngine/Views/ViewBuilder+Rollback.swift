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
        for device in set.targets { count(device, of: update, in: &preview) }
        preview.targets.sort { ($1.count, $1.version) < ($0.count, $0.version) }
        preview.regions.sort { ($1.count, $0.region) < ($0.count, $1.region) }
        preview.needsSecondPerson = state.settings.fourEyes.needsSecondPerson(
            .rollBack, devices: preview.changed + preview.inFlight + preview.toCheck + preview.withdrawn)
        return preview
    }

    private func count(_ device: DeviceIndex, of update: UpdateIndex, in preview: inout RollbackPreview) {
        guard let position = state.updates[update.offset].assignments.position(of: device) else { return }
        switch state.rollbackPart(update, position) {
        case .withdrawn:
            preview.withdrawn += 1
            return
        case .unchanged:
            preview.unchanged += 1
            return
        case .impossible(let reason):
            preview.impossible.append(Skip(device: device, reason: reason))
            preview.impossibleIDs.append(state.devices.id(device))
            return
        case .changed: preview.changed += 1
        case .underWay: preview.inFlight += 1
        case .toCheck: preview.toCheck += 1
        }
        if state.devices.status(device) != .online { preview.offline += 1 }
        if let version = state.returnVersion(update, position) {
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
}
