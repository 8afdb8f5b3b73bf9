import FleetEngine
import Foundation

/// Which fleet's directory a state folder belongs to: two fleets of one name have one usual place for their state, and must
/// not share it. A file of one line, written by whoever starts an engine there.
public enum FleetFolder {
    /// The file's name in the state folder.
    public static let fileName = "fleet.path"
    /// The longest path that is kept, in bytes: the system's own bound.
    private static let longestPath = 4096

    /// The directory by its real path; nil: nobody has said so yet, or this user cannot read it.
    public static func read(in directory: String) -> String? {
        guard
            let bytes = StateDirectory(path: directory).contents(of: fileName, atMost: longestPath + 1),
            bytes.last == UInt8(ascii: "\n"), bytes.count > 1
        else { return nil }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    /// Says that the state belongs to this directory, durably.
    public static func write(_ path: String, in directory: String) throws(FactLogError) {
        guard read(in: directory) != path else { return }
        try StateDirectory(path: directory).replace(fileName, with: Array((path + "\n").utf8))
    }
}
