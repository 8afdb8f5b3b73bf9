import ArgumentParser
import DeviceGateway
import FleetCore

extension DeviceCommand {
    /// `muster device list FLEET`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the devices, where each stands with the fleet, and which have tokens.",
            discussion: """
                `muster devices` tells more of them, and takes a selector.

                Exit codes: 0 done, 1 the tokens cannot be read, 2 bad input.
                """)

        @OptionGroup var arguments: FleetArguments

        @Flag(help: "Print JSON.")
        var json = false

        /// One device as JSON.
        private struct Row: Encodable {
            var id: String
            var lifecycle: String
            var refused: Bool
            var status: String
            var hasToken: Bool
        }

        func run() throws {
            let reading = try FleetReading.open(arguments)
            try Credentials.told {
                let owners = try CredentialFile.owners(in: reading.directory)
                let rows = reading.loop.devices(.all, now: reading.now).map { row($0, reading.loop.state, owners) }
                if json { return try JSONOutput.print(rows) }
                var table = Table(["id", "lifecycle", "status", "token"])
                table.rows = rows.map {
                    [$0.id, $0.refused ? "refused" : $0.lifecycle, $0.status, $0.hasToken ? "yes" : "-"]
                }
                for line in table.lines { print(line) }
                if owners.hasFleetToken { printError("the fleet has a gateway token") }
                reading.sayMoment()
            }
        }

        private func row(_ device: DeviceIndex, _ state: FleetState, _ owners: CredentialFile.Owners) -> Row {
            let id = state.devices.id(device)
            return Row(
                id: id, lifecycle: state.devices.lifecycle(device).description,
                refused: state.devices.isRefused(device),
                status: state.devices.status(device).description, hasToken: owners.devices.contains(ExactText(id)))
        }
    }
}
