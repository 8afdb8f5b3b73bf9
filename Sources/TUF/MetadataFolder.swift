import Foundation

/// The metadata that a client trusts, between refreshes: one file for each role under its plain name, in the bytes that
/// came.
struct MetadataFolder: Sendable {
    let path: String

    func file(of role: String) throws(TUFRefusal) -> String {
        (path as NSString).appendingPathComponent(try PercentEncoding.fileName(role, suffix: ".json"))
    }

    func read(_ role: String, atMost limit: Int) throws(TUFRefusal) -> [UInt8]? {
        try DurableFile.read(try file(of: role), atMost: limit)
    }

    func write(_ bytes: [UInt8], for role: String) throws(TUFRefusal) {
        try DurableFile.write(bytes, to: try file(of: role))
    }

    func remove(_ role: String) throws(TUFRefusal) {
        try DurableFile.remove(try file(of: role))
    }
}
