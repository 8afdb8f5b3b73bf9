import ArgumentParser

/// Why a command is given.
struct ReasonArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Why; it stands in the audit beside your name.", valueName: "text"))
    var reason = ""
}
