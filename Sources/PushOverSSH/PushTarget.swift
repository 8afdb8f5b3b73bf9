import FleetCore
import FleetEngine

/// A terminal that is driven by SSH.
struct PushTarget: Hashable, Sendable {
    var device: DeviceIndex
    var id: String
    /// As the registry has it.
    var address: String
}

/// Which terminals are driven by SSH, by the registry.
enum PushRoster {
    /// Devices that are looked at in one question, which holds the engine up for a few milliseconds.
    static let pageSize = 20_000

    /// Every device in service whose address is one of SSH; nil: the engine does not answer.
    static func read(_ host: EngineHost) async -> [PushTarget]? {
        var targets: [PushTarget] = [], next = 0
        while true {
            guard let page = await page(from: next, host) else { return nil }
            targets += page.targets
            guard let end = page.next else { return targets }
            next = end
        }
    }

    private struct Page: Sendable {
        var targets: [PushTarget]
        var next: Int?
    }

    private static func page(from start: Int, _ host: EngineHost) async -> Page? {
        await withCheckedContinuation { continuation in
            host.ask(
                { page($0.reading.state.devices, from: start) }, completion: { continuation.resume(returning: $0) })
        }
    }

    private static func page(_ devices: DeviceTable, from start: Int) -> Page {
        let end = min(devices.count, start + pageSize)
        let targets = (start..<max(start, end)).compactMap { offset -> PushTarget? in
            let device = DeviceIndex(UInt32(offset)), address = devices.address(device)
            guard SSHAddress.isMeant(by: address), devices.lifecycle(device) == .active else { return nil }
            return PushTarget(device: device, id: devices.id(device), address: address)
        }
        return Page(targets: targets, next: end < devices.count ? end : nil)
    }
}
