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
                program ended. Its kind is `test`, so that a receiver can tell it from the others. No engine is needed, and \
                what is wrong with other files than fleet.yaml keeps nothing from it.

                Exit codes: 0 every way delivered it, 1 one did not, 2 bad input, or the fleet has no alerts.
                """)

        @OptionGroup var arguments: FleetArguments

        func run() throws {
            let sound = try read()
            guard let settings = sound.alerts else {
                printError(
                    "muster: the fleet has no alerts; add `alerts` with a `webhook` or a `command` to fleet.yaml")
                throw ExitStatus.badInput
            }
            try AlertRunner.expectUsable(settings)
            let options = AlertRunner.options(
                settings, try FleetLoading.name(of: arguments.fleet), try FleetPlace(arguments).directory)
            let results = AlertTest.run(options)
            for result in results {
                let word = result.delivery.isDelivered ? "delivered" : "FAILED"
                let line = "\(result.way.rawValue) \(result.target): \(word), \(result.delivery.text)"
                print(TextWidth.sanitised(line))
            }
            guard results.allSatisfy(\.delivery.isDelivered) else { throw ExitStatus.failed }
        }

        /// What can be used of the files; ends the command with exit code 2 where they do not say to whom alerts go.
        private func read() throws -> FleetDefinition {
            let result = FleetLoading.read(arguments.fleet, for: .reading)
            for line in result.lines { printError(TextWidth.sanitised(line)) }
            guard let sound = result.sound, sound.knowsAlerts else {
                printError("muster: \(TextWidth.sanitised(arguments.fleet)) does not say to whom alerts go")
                throw ExitStatus.badInput
            }
            return sound.definition
        }
    }
}
