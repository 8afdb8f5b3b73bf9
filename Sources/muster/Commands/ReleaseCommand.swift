import ArgumentParser

/// `muster release`: the releases of a fleet.
struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Add a release to a fleet; list those it has.",
        subcommands: [Add.self, List.self])
}
