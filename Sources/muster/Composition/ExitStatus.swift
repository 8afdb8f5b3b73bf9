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
func printError(_ line: String) { writeError(line + "\n") }

/// Writes to standard error. Where nobody can read it, a terminal that has hung up or a full disk, it is lost: no engine ends
/// by that, as it would by `FileHandle.write(_:)`.
func writeError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}
