import ArgumentParser

/// `muster audit`: who asked for what, and whether the journal is what was written.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List every command that was accepted or refused; prove the journal.",
        subcommands: [List.self, Verify.self], defaultSubcommand: List.self)
}
