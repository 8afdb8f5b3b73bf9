import FleetCore

extension ViewBuilder {
    /// Held devices that get an alert of their own; the others share one.
    private static let mostHeldAlerts = 20

    /// Devices that wait for an operator. The names of alerts change with what is new in them, so that an
    /// acknowledgement does not cover a device that came later.
    func registryAlerts() -> [(alert: Alert, devices: Int)] {
        let held = state.devices.heldDevices
        var alerts = held.prefix(Self.mostHeldAlerts).compactMap(heldAlert)
        if held.count > Self.mostHeldAlerts, let last = held.last, let hold = state.devices.hold(last) {
            let more = held.count - Self.mostHeldAlerts
            let alert = Alert(
                id: "held/more/\(last.rawValue)/\(hold.since.milliseconds)", severity: .warning,
                text: more == 1 ? "1 more device is held" : "\(more) more devices are held", since: hold.since)
            alerts.append((alert, more))
        }
        return alerts + waitingAlert()
    }

    private func heldAlert(_ device: DeviceIndex) -> (alert: Alert, devices: Int)? {
        guard let hold = state.devices.hold(device) else { return nil }
        let alert = Alert(
            id: "held/\(device.rawValue)/\(hold.since.milliseconds)", severity: .warning,
            text: "\(state.devices.id(device)) is held: \(hold.reason)", since: hold.since)
        return (alert, 1)
    }

    private func waitingAlert() -> [(alert: Alert, devices: Int)] {
        let count = state.devices.introducedCount
        guard let latest = state.devices.latestIntroduced, let since = state.devices.introducedSince else { return [] }
        var text =
            count == 1 ? "\(state.devices.id(latest)) waits for acceptance" : "\(count) devices wait for acceptance"
        if count >= Introduction.mostWaiting { text += ": the list is full, no other is taken in" }
        return [(Alert(id: "waiting/\(latest.rawValue)", severity: .caution, text: text, since: since), count)]
    }
}
