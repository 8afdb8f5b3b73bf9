import FleetCore

extension EngineLoop {
    /// Takes in what a device says that called by its id; gives the device, nil if nobody has that id.
    mutating func take(_ call: DeviceCall, now: Timestamp) -> DeviceIndex? {
        guard let device = known(call, now: now) else { return nil }
        for report in call.reports {
            handle(Report(device: device, generation: report.generation, body: report.body), now: now)
        }
        return device
    }

    private mutating func known(_ call: DeviceCall, now: Timestamp) -> DeviceIndex? {
        if let device = state.devices.index(of: call.device) { return device }
        return call.mayJoin ? take(Introduction(id: call.device), 0, now).device : nil
    }

    /// What a device is told, after everything of this step has been decided.
    func answer(_ ticket: UInt64, _ device: DeviceIndex?) -> EngineReply {
        var reply = EngineReply(ticket: ticket, refusal: nil)
        reply.answer = device.map(answer) ?? DeviceAnswer(standing: .unknown)
        return reply
    }

    private func answer(_ device: DeviceIndex) -> DeviceAnswer {
        let devices = state.devices
        let described = devices.hasDescribedItself(device) ? devices.describedTags(device) : nil
        switch devices.lifecycle(device) {
        case .active: break
        case .registered where devices.hold(device) == nil:
            return DeviceAnswer(standing: .waiting, device: device, described: described)
        case .registered, .decommissioned: return DeviceAnswer(standing: .notInService, device: device)
        }
        return DeviceAnswer(
            standing: .active, device: device, work: work(of: device), described: described,
            region: state.devices.region(device),
            bytesPerSecondPerRegion: state.settings.limits.bytesPerSecondPerRegion, latestGeneration: state.generation)
    }

    private func work(of device: DeviceIndex) -> DeviceAnswer.Work? {
        guard let order = state.order(for: device) else { return nil }
        let update = state.updates[order.update.offset]
        guard let position = update.assignments.position(of: device), let step = update.assignments.step(position)
        else { return nil }
        return DeviceAnswer.Work(
            order: order, step: step, update: update.id, artifacts: state.releases[order.release]?.artifacts ?? [],
            isOlderThanEngine: update.assignments.startedAt(position).map { $0 < state.listeningSince } ?? false)
    }
}
