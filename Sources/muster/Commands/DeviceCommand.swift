import ArgumentParser

/// `muster device`: the devices one by one, and their rights.
struct DeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Add devices, let them call in, take them out of service.",
        subcommands: [List.self, Add.self, Token.self, Accept.self, Refuse.self, Decommission.self])
}
