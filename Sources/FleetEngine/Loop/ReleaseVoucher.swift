import FleetCore

/// Knows which releases may be sent to devices: a port to whoever looks at signatures. It is asked on the engine's thread,
/// once for each release that a command would bring devices to.
public protocol ReleaseVoucher: Sendable {
    /// Begins to look: what is said until the next call is of one moment.
    func objections() -> any ReleaseObjections
}

/// What a voucher knows at one moment.
public protocol ReleaseObjections {
    /// Why no device is to be sent a release, and what to do; nil: it may be sent.
    func objection(to release: Release) -> Refusal?
}

extension ReleaseVoucher {
    /// Why a command is not to be carried out: nothing of what it would bring devices to may be sent. A rollback of which a
    /// part may be sent is carried out: those devices do not wait for the others.
    func refusal(_ command: Command, _ state: FleetState) -> Refusal? {
        let releases = state.releasesSent(by: command).compactMap { state.releases[$0] }
        guard !releases.isEmpty else { return nil }
        let moment = objections()
        var first: Refusal?
        for release in releases {
            guard let objection = moment.objection(to: release) else { return nil }
            first = first ?? objection
        }
        return first.map {
            Refusal("\(command.object) would bring devices to what is not signed: \($0.message)", remedy: $0.remedy)
        }
    }
}
