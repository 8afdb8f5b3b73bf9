import Alerts
import ArgumentParser
import Cells
import FleetFiles

/// `muster alert`: what leaves the box by itself.
struct AlertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "Try the alerts of a fleet.", subcommands: [Test.self])

    /// `muster alert test`: one alert by every way.
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Send a test alert by every way that fleet.yaml names.",
            discussion: """
                It is sent once, and nothing is tried again: the lines say what the receiver answered, or how the \
                program ended. Its kind is `test`, so that a receiver can tell it from the others. No engine is needed.

                Exit codes: 0 every way delivered it, 1 one did not, 2 bad input, or the fleet has no alerts.
                """)

        @OptionGroup var arguments: FleetArguments

        func run() throws {
            let definition = try arguments.load()
            guard let settings = definition.alerts else {
                printError(
                    "muster: the fleet has no alerts; add `alerts` with a `webhook` or a `command` to fleet.yaml")
                throw ExitStatus.badInput
            }
            try AlertRunner.expectUsable(settings)
            let options = AlertRunner.options(
                settings, definition.settings.name, try arguments.stateDirectory(definition))
            let results = AlertTest.run(options)
            for result in results {
                let word = result.delivery.isDelivered ? "delivered" : "FAILED"
                let line = "\(result.way.rawValue) \(result.target): \(word), \(result.delivery.text)"
                print(TextWidth.sanitised(line))
            }
            guard results.allSatisfy(\.delivery.isDelivered) else { throw ExitStatus.failed }
        }
    }
}
