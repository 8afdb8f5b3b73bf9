import ArgumentParser

/// `muster release`: the releases of a fleet.
struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Add, list, sign and publish the releases of a fleet.",
        subcommands: [Add.self, List.self, Sign.self, Publish.self, Verify.self])
}
