import Cells
import FleetCore
import FleetFiles

/// The devices of a fleet, by its files and its journal. A fleet whose engine has never run yet has no state.
struct KnownDevices {
    private let devices: DeviceTable

    /// The devices of a fleet that a command is to change.
    init(_ arguments: FleetArguments) throws { self.init(try FleetReading.open(arguments, toChange: true)) }

    init(_ reading: FleetReading) { devices = reading.loop.state.devices }

    /// Whether the fleet has a device of this id.
    func has(_ device: String) -> Bool { devices.index(of: device) != nil }

    /// The devices that called in by themselves and wait for acceptance, by id.
    var waiting: [String] {
        devices.indices.map { DeviceIndex(UInt32($0)) }.filter { devices.introduced($0) != nil }.map(devices.id)
    }

    /// Ends the command with exit code 2, and the id that was probably meant, if there is no such device.
    func expect(_ device: String) throws {
        guard !has(device) else { return }
        let near = NearMiss.best(of: device, among: devices.indices.map { devices.id(DeviceIndex(UInt32($0))) })
        printError(
            "muster: there is no device \(TextWidth.sanitised(device)); "
                + (near.map { "did you mean \($0)?" } ?? "`muster devices` lists them"))
        throw ExitStatus.badInput
    }
}
