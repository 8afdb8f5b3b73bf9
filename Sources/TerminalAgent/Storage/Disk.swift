/// The storage below the agent, so low that what a power cut leaves of it can be modelled: nothing is durable before it
/// is synced. Bytes of a file are made so by a sync of the file, its name by a sync of the folder it is in.
public protocol Disk: AnyObject {
    /// The bytes of a file; nil: there is none.
    func read(_ path: String, atMost: Int) throws -> [UInt8]?
    /// Hands over the bytes of a file piece by piece.
    func readPieces(of path: String, _ take: (UnsafeRawBufferPointer) throws -> Void) throws
    /// The length of a plain file; nil: there is none.
    func length(of path: String) throws -> Int64?
    /// The names in a folder; nil: there is none.
    func names(in folder: String) throws -> [String]?
    /// Where a symbolic link leads, as it is written; nil: there is none.
    func linkTarget(_ path: String) throws -> String?
    /// Makes a folder, unless there is one.
    func makeFolder(_ path: String) throws
    /// Makes a file of these bytes, in place of one that may be there.
    func write(_ bytes: [UInt8], to path: String) throws
    /// Opens a file to write behind its end; it is made if there is none.
    func open(_ path: String) throws -> any OpenFile
    /// Makes a symbolic link.
    func link(_ path: String, to target: String) throws
    /// Puts a file or link in the place of another, which may be there.
    func move(_ path: String, to target: String) throws
    /// Removes a file, a link, or a folder with all that is in it; what is not there is no mistake.
    func remove(_ path: String) throws
    /// Makes the bytes of a file, or the names in a folder, durable.
    func sync(_ path: String) throws
    /// Makes everything in a folder durable, whoever wrote it.
    func syncAll(in folder: String) throws
}

/// A file that is being written.
public protocol OpenFile: AnyObject, Sendable {
    /// Drops everything in it.
    func empty() throws
    /// Writes behind its end.
    func append(_ bytes: UnsafeRawBufferPointer) throws
    /// Makes its bytes durable.
    func sync() throws
}

/// The storage did not do what it was asked for.
public struct StorageFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    /// Whether it is for want of room.
    public var isFull: Bool

    /// A failure in words.
    public init(_ description: String, isFull: Bool = false) {
        self.description = description
        self.isFull = isFull
    }
}

extension Disk {
    /// Puts a file in its place, durable: the old one or the new one is there after a power cut, and each of them whole.
    func replace(_ path: String, with bytes: [UInt8]) throws {
        let new = path + ".new"
        try write(bytes, to: new)
        try sync(new)
        try move(new, to: path)
        try sync(Folder.above(path))
    }
}

/// Folders by their paths.
enum Folder {
    /// The folder that a whole path is in.
    static func above(_ path: String) -> String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }
}
