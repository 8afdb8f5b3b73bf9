import FleetCore

extension EngineLoop {
    /// Who called.
    enum Caller {
        case known(DeviceIndex)
        /// Nobody has its id, and it may not join; or it is not taken in, with the reason.
        case unknown(Refusal?)
    }

    /// Takes in what a device says that called by its id; gives who it is.
    mutating func take(_ call: DeviceCall, now: Timestamp) -> Caller {
        let caller = caller(call, now: now)
        guard case .known(let device) = caller else { return caller }
        for report in call.reports {
            handle(Report(device: device, generation: report.generation, body: report.body), now: now)
        }
        return caller
    }

    private mutating func caller(_ call: DeviceCall, now: Timestamp) -> Caller {
        if let device = state.devices.index(of: call.device) { return .known(device) }
        guard call.mayJoin else { return .unknown(nil) }
        let reply = take(Introduction(id: call.device), 0, now)
        return reply.device.map { .known($0) } ?? .unknown(reply.refusal)
    }

    /// What a device is told, after everything of this step has been decided.
    func answer(_ ticket: UInt64, _ caller: Caller, action: UInt32?) -> EngineReply {
        var reply = EngineReply(ticket: ticket, refusal: nil)
        reply.answer =
            switch caller {
            case .known(let device): answer(device, action: action)
            case .unknown(let refusal): DeviceAnswer(standing: refusal.map { .turnedAway($0) } ?? .unknown)
            }
        return reply
    }

    private func answer(_ device: DeviceIndex, action: UInt32?) -> DeviceAnswer {
        let devices = state.devices
        let described = devices.hasDescribedItself(device) ? devices.describedTags(device) : nil
        switch devices.lifecycle(device) {
        case .active: break
        case .registered where devices.hold(device) == nil:
            return DeviceAnswer(standing: .waiting, device: device, described: described)
        case .registered, .decommissioned: return DeviceAnswer(standing: .notInService, device: device)
        }
        var answer = DeviceAnswer(
            standing: .active, device: device, work: work(of: device), described: described,
            region: state.devices.region(device),
            bytesPerSecondPerRegion: state.settings.limits.bytesPerSecondPerRegion)
        answer.isVersionUntold = devices.isVersionUntold(device)
        answer.isActionOwn = action.map { state.hasGiven($0, to: device) } ?? false
        return answer
    }

    private func work(of device: DeviceIndex) -> DeviceAnswer.Work? {
        guard let order = state.order(for: device) else { return nil }
        let update = state.updates[order.update.offset]
        guard let position = update.assignments.position(of: device), let step = update.assignments.step(position)
        else { return nil }
        return DeviceAnswer.Work(
            order: order, step: step, update: update.id, artifacts: state.releases[order.release]?.artifacts ?? [])
    }
}
