import Cells
import FleetCore
import FleetFiles

/// The devices of a fleet, by its files and its journal.
struct KnownDevices {
    private let definition: FleetDefinition
    private let arguments: FleetArguments

    init(_ definition: FleetDefinition, _ arguments: FleetArguments) {
        self.definition = definition
        self.arguments = arguments
    }

    /// Whether the fleet has a device of this id. A fleet whose engine has never run yet has no state.
    func has(_ device: String) throws -> Bool {
        if definition.devices.contains(where: { $0.id == device }) { return true }
        return try FleetReading.open(definition, arguments).loop.state.devices.index(of: device) != nil
    }

    /// The devices that called in by themselves and wait for acceptance, by id.
    func waiting() throws -> [String] {
        let devices = try FleetReading.open(definition, arguments).loop.state.devices
        return devices.indices.map { DeviceIndex(UInt32($0)) }.filter { devices.introduced($0) != nil }
            .map(devices.id)
    }

    /// Ends the command with exit code 2, and the id that was probably meant, if there is no such device.
    func expect(_ device: String) throws {
        guard try !has(device) else { return }
        let devices = try FleetReading.open(definition, arguments).loop.state.devices
        let near = NearMiss.best(of: device, among: devices.indices.map { devices.id(DeviceIndex(UInt32($0))) })
        printError(
            "muster: there is no device \(TextWidth.sanitised(device)); "
                + (near.map { "did you mean \($0)?" } ?? "`muster devices` lists them"))
        throw ExitStatus.badInput
    }
}
