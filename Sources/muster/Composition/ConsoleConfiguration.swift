import Cells
import Console
import FleetFiles

/// The operator's own configuration, checked.
struct ConsoleConfiguration {
    /// The theme to begin with.
    var theme: String?
    /// Which key does what.
    var keymap: Keymap

    /// Reads `config.yaml`; ends the command with exit code 2 when something in it is wrong.
    static func load() throws -> ConsoleConfiguration {
        let file = ConfigurationLocation.directory + "/config.yaml"
        let (configuration, problems) = OperatorConfiguration.read(file: file)
        let keymap = Keymap(
            overrides: configuration.keys.map { Keymap.Override(action: $0.action, keys: $0.keys) })
        let lines = problems.map(\.description) + keymap.problems.map { "\(file): \($0)" }
        guard lines.isEmpty else {
            for line in lines { printError(TextWidth.sanitised(line)) }
            throw ExitStatus.badInput
        }
        return ConsoleConfiguration(theme: configuration.theme, keymap: keymap)
    }
}
