import Foundation

/// What stands at a path, as far as a reader must know before it opens it.
enum FileKind: Equatable {
    case missing
    /// A regular file of so many bytes, links followed.
    case file(size: Int64)
    case directory
    /// Links that lead nowhere, or round in a circle.
    case brokenLink
    /// A pipe, a socket or a device: opening it could block for ever.
    case special

    /// What stands at this path.
    init(path: String) {
        var status = stat()
        if stat(path, &status) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFREG: self = .file(size: Int64(status.st_size))
            case S_IFDIR: self = .directory
            default: self = .special
            }
        } else {
            self = lstat(path, &status) == 0 ? .brokenLink : .missing
        }
    }

    /// The size of a regular file, or why it cannot be read as one.
    func size() throws(ReadFault) -> Int64 {
        switch self {
        case .file(let size): return size
        case .missing: throw ReadFault(message: "the file is missing", remedy: "add it")
        case .directory: throw ReadFault(message: "a directory stands where a file is expected", remedy: "replace it")
        case .brokenLink:
            throw ReadFault(
                message: "a symbolic link that leads nowhere or in a circle", remedy: "replace it by a file")
        case .special:
            throw ReadFault(message: "not a regular file but a pipe, socket or device", remedy: "replace it by a file")
        }
    }
}

/// A file read whole.
enum FileBytes {
    /// The bytes of a regular file of at most `bound` bytes.
    static func read(_ path: String, bound: Int) throws(ReadFault) -> [UInt8] {
        let size = try FileKind(path: path).size()
        guard size <= bound else { throw tooLarge(size, bound: bound) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw unreadable() }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            // It may have grown since it was measured.
            guard bytes.count <= bound else { throw tooLarge(Int64(bytes.count), bound: bound) }
        }
    }

    /// The text of a UTF-8 file of at most `bound` bytes, without a byte order mark.
    static func text(_ path: String, bound: Int) throws(ReadFault) -> String {
        try text(of: read(path, bound: bound))
    }

    /// The text of UTF-8 bytes, without a byte order mark.
    static func text(of bytes: [UInt8]) throws(ReadFault) -> String {
        let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
        if let fault = UTF8Check.firstFault(in: body) { throw fault }
        return String(decoding: body, as: UTF8.self)
    }

    /// Why the last call to the system failed, in its own words.
    static func unreadable() -> ReadFault {
        ReadFault(message: "cannot be read: \(String(cString: strerror(errno)))", remedy: "check its permissions")
    }

    private static func tooLarge(_ size: Int64, bound: Int) -> ReadFault {
        ReadFault(message: "\(size) bytes are more than the \(bound) allowed", remedy: "is it the right file?")
    }
}
