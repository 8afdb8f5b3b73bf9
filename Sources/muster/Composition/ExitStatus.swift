import ArgumentParser
import Foundation

/// What a process ends with.
enum ExitStatus {
    /// Something failed that is not the operator's input: the journal, the terminal.
    static let failed = ExitCode(1)
    /// A file, an argument or an id is wrong.
    static let badInput = ExitCode(2)
    /// An update was halted or rolled back, or waits for a person.
    static let held = ExitCode(3)
}

/// Prints a line to standard error.
func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
