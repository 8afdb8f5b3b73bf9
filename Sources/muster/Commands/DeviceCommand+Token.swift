import ArgumentParser
import Cells
import DeviceGateway
import FleetCore

extension DeviceCommand {
    /// `muster device token FLEET [DEVICE]`.
    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a token by which a device calls in, and print it.",
            discussion: """
                The token takes the place of the one that the device had, at once also for an engine that runs. Only \
                its SHA-256 is kept: it is printed this once. Without a device it is the fleet's gateway token, by which \
                any device may call in.

                Exit codes: 0 done, 1 it cannot be kept, 2 there is no such device.
                """)

        @OptionGroup var arguments: FleetArguments

        @Argument(help: "The device's id; none: the fleet's gateway token.")
        var device: String?

        func run() throws {
            let definition = try arguments.load()
            // A fleet whose engine has never run yet has no state.
            if let device, !definition.devices.contains(where: { $0.id == device }) {
                try expect(device, try FleetReading.open(definition, arguments).loop.state)
            }
            let directory = arguments.stateDirectory(definition)
            do {
                print(try CredentialFile.issue(device, directory: directory))
            } catch {
                printError("muster: the token cannot be kept in \(TextWidth.sanitised(directory)): \(error)")
                throw ExitStatus.failed
            }
        }

        private func expect(_ device: String, _ state: FleetState) throws {
            guard state.devices.index(of: device) == nil else { return }
            let near = NearMiss.best(
                of: device, among: state.devices.indices.map { state.devices.id(DeviceIndex(UInt32($0))) })
            printError(
                "muster: there is no device \(TextWidth.sanitised(device)); "
                    + (near.map { "did you mean \($0)?" } ?? "`muster devices` lists them"))
            throw ExitStatus.badInput
        }
    }
}
