import Foundation

/// The output cannot be written, and why.
struct OutputFailure: Error, CustomStringConvertible {
    var description: String

    /// The failure that the system's last call left.
    static var last: OutputFailure {
        OutputFailure(description: "the output cannot be written: \(String(cString: strerror(errno)))")
    }

    /// Writes, and tells a failure of it in the system's words.
    static func told(_ write: () throws -> Void) throws(OutputFailure) {
        do { try write() } catch { throw last }
    }
}
