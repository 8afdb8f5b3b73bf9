import FleetCore
import Foundation

/// The file of deliveries in a state folder: text, one record a line, behind a checksum. Only added to, and written anew
/// at a start and when it has grown.
///
/// Nothing is synced: it outlives its process, not a power cut of the machine. After one it may lack its last lines, and
/// what is not in it was never sent.
struct DeliveryFile: ~Copyable {
    /// The file's name, and that of the one that takes its place.
    static let name = "deliveries", nextName = "deliveries.new"
    /// It is written anew when it has this many bytes, and four times those that it had when it was written last.
    static let leastLength = 16 << 20, mostGrowth = 4
    /// The longest that is read. It does not become longer by itself.
    static let longest = 1 << 30
    /// Begins the first line, with the number of this form.
    private static let title = "muster deliveries 1"

    /// What was read of a file.
    struct Content {
        var records: [DeliveryRecord] = []
        /// Whether it was written since the machine started, and to its end.
        var isOfThisBoot = false, isWhole = true
    }

    private let path: String
    private let descriptor: Int32
    private(set) var length: Int
    private let longest: Int

    /// Whether it is to be written anew.
    var isFull: Bool { length > longest }

    /// Writes a file of these records in the place of the one that is there.
    static func make(directory: String, records: [DeliveryRecord]) throws -> DeliveryFile {
        let next = "\(directory)/\(nextName)", path = "\(directory)/\(name)"
        // One that was left there by a process that was killed is this process's to take away.
        unlink(next)
        let descriptor = open(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DeliveryFileFailure("\(next) cannot be made") }
        let text = line([title, boot]) + records.map { line($0.fields) }.joined()
        do {
            try write(text, to: descriptor, next)
            guard rename(next, path) == 0 else { throw DeliveryFileFailure("\(path) cannot be replaced") }
        } catch {
            close(descriptor)
            unlink(next)
            throw error
        }
        return DeliveryFile(path: path, descriptor: descriptor, length: text.utf8.count)
    }

    private init(path: String, descriptor: Int32, length: Int) {
        (self.path, self.descriptor, self.length) = (path, descriptor, length)
        longest = max(Self.leastLength, Self.mostGrowth * length)
    }

    deinit { close(descriptor) }

    /// Adds a record.
    mutating func append(_ record: DeliveryRecord) throws {
        let line = Self.line(record.fields)
        try Self.write(line, to: descriptor, path)
        length += line.utf8.count
    }

    /// Reads the file of a state folder up to the first line that is damaged; one that is not there has nothing.
    static func read(directory: String) throws -> Content {
        let path = "\(directory)/\(name)"
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return Content() }
            throw DeliveryFileFailure("\(path) cannot be read")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let bytes = try handle.read(upToCount: longest) else { return Content() }
        return content(bytes)
    }

    private static func content(_ bytes: Data) -> Content {
        var content = Content()
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.dropLast().enumerated() {
            guard let fields = fields(of: line) else { return damaged(content) }
            if number == 0 {
                guard fields.count == 2, fields[0] == title else { return damaged(content) }
                content.isOfThisBoot = fields[1] == boot
            } else {
                guard let record = DeliveryRecord(fields) else { return damaged(content) }
                content.records.append(record)
            }
        }
        content.isWhole = lines.last?.isEmpty == true
        return content
    }

    private static func damaged(_ content: Content) -> Content {
        var content = content
        content.isWhole = false
        return content
    }

    /// What tells this start of the machine from others; empty where the system does not say.
    private static let boot =
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
        .trimmingCharacters(in: .whitespacesAndNewlines) ?? ""

    private static func line(_ fields: [String]) -> String {
        let text = fields.joined(separator: "\t")
        return "\(String(StableHash.of(text), radix: 16))\t\(text)\n"
    }

    private static func fields(of line: Substring) -> [Substring]? {
        guard let tab = line.firstIndex(of: "\t") else { return nil }
        let text = line[line.index(after: tab)...]
        guard line[..<tab] == String(StableHash.of(String(text)), radix: 16) else { return nil }
        return text.split(separator: "\t", omittingEmptySubsequences: false)
    }

    /// In one call, so that a process that is killed leaves whole lines; what the disk does not take is damage that the
    /// next reading stops at.
    private static func write(_ text: String, to descriptor: Int32, _ path: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Foundation.write(
                    descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw DeliveryFileFailure("\(path) cannot be written") }
                written += count
            }
        }
    }
}

/// Why the file of deliveries cannot be had.
struct DeliveryFileFailure: Error, CustomStringConvertible {
    let description: String

    /// A failure of the system's last call.
    init(_ message: String) { description = "\(message): \(String(cString: strerror(errno)))" }
}
