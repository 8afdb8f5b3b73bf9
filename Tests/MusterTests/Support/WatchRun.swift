import Foundation
import TerminalTesting

/// The real `muster watch --json`, while it runs.
final class WatchRun {
    private let process = Process()
    private let pipe = Pipe()
    private var unread = Data()
    private let errors: String

    /// Starts it, as another user if one is named.
    init(_ scratch: ScratchFleet, _ options: [String] = [], as user: OtherUser? = nil) throws {
        errors = "\(scratch.root)/watch-\(UUID().uuidString).err"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        let muster = try BuiltProduct.path(of: "muster")
        let arguments = ["watch", user == nil ? scratch.fleet : "x", "--json"] + options
        process.executableURL = URL(filePath: user == nil ? muster : OtherUser.tool)
        process.arguments = user.map { $0.options + [muster] + arguments } ?? arguments
        process.environment = scratch.environment
        process.currentDirectoryURL = URL(filePath: "\(scratch.root)/work")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        // The reading end alone says whether somebody reads.
        try pipe.fileHandleForWriting.close()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// The next line.
    func next() throws -> [String: Any] {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = unread[..<end]
                unread = Data(unread[(end + 1)...])
                let value = try JSONSerialization.jsonObject(with: Data(line))
                if let object = value as? [String: Any] { return object }
                throw ScratchFleet.Failure(description: "no object: \(String(decoding: line, as: UTF8.self))")
            }
            var source = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&source, 1, 1000) > 0 else { continue }
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            unread += data
        }
        throw ScratchFleet.Failure(description: "no further line came")
    }

    /// The next line of which something holds, and those before it.
    func lines(through isWanted: ([String: Any]) -> Bool) throws -> [[String: Any]] {
        var found: [[String: Any]] = []
        repeat { found.append(try next()) } while !isWanted(found[found.count - 1])
        return found
    }

    /// Waits until it has said this on standard error.
    func wait(forError text: String) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if try String(contentsOfFile: errors, encoding: .utf8).contains(text) { return }
            usleep(5000)
        }
        throw ScratchFleet.Failure(description: try String(contentsOfFile: errors, encoding: .utf8))
    }

    /// Nobody reads any more; gives its exit code.
    func closeOutput() throws -> Int32 {
        try pipe.fileHandleForReading.close()
        let deadline = ContinuousClock.now + .seconds(30)
        while process.isRunning, ContinuousClock.now < deadline { usleep(5000) }
        guard !process.isRunning else { throw ScratchFleet.Failure(description: "it has not ended") }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
