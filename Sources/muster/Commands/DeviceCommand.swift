import ArgumentParser

/// `muster device`: the devices' rights.
struct DeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Let devices call in.", subcommands: [Token.self])
}
