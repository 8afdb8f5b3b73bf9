import EngineSocket
import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// A real engine over a log in memory, that listens in a folder of its own.
final class ListeningEngine {
    private final class FixedClock: EngineClock, Sendable {
        let now = Timestamp(milliseconds: 1_772_550_000_000)
        let steadyTime = Duration.zero
    }

    /// Whether somebody has asked it to end.
    var isToStop: Bool { given.isToStop.withLock { $0 } }
    /// The folder of its state.
    let directory: String
    private let root: String
    let host = EngineHost {}
    private let given = SharedOrigins()
    private(set) var server: EngineSocketServer?

    /// - Parameter length: How many bytes the socket's path has; nil: no matter.
    init(pathLength length: Int? = nil) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
        var directory = root
        while let length, directory.utf8.count < length - "/engine.sock".utf8.count {
            let rest = length - "/engine.sock".utf8.count - directory.utf8.count
            // A name takes two bytes at least, and 255 at most.
            directory += "/" + String(repeating: "d", count: rest <= 200 ? rest - 1 : 100)
        }
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        host.start(
            {
                let clock = FixedClock()
                var loop = try EngineLoop(log: MemoryLog(), link: NoDeviceLink(), now: clock.now)
                let device = DeviceRecord(id: "till-1", site: "S-1", firmware: Version(1, 0, 0))
                let origin = Origin(operatorName: "test", source: "files")
                _ = loop.step([.command(.register([device]), origin, ticket: 0)], now: clock.now)
                return WallClockDriver(loop: loop, clock: clock)
            }, ready: { _ in })
    }

    deinit {
        server?.stop()
        host.stop()
        try? FileManager.default.removeItem(atPath: root)
    }

    var path: String { "\(directory)/engine.sock" }

    /// Whose commands were put in, from where, and why.
    var origins: [Origin] { given.all.withLock { $0 } }

    /// Has the engine take over who may do what.
    func configure(_ access: AccessSettings) {
        var settings = FleetSettings(name: "shop")
        settings.access = access
        let done = DispatchSemaphore(value: 0)
        let origin = Origin(operatorName: "test", source: "files")
        guard host.submit(.configure(settings), origin, completion: { _ in done.signal() }) else { return }
        done.wait()
    }

    /// Begins to listen.
    /// - Parameter user: Who everybody is taken for; nil: whom the kernel says.
    func listen(as user: LocalUser? = nil) throws {
        let entry: EngineSocketServer.Entry = { [host, given] command, origin, known, completion in
            given.all.withLock { $0.append(origin) }
            return host.submit(command, origin, by: user ?? known, completion: completion)
        }
        server = try EngineSocketServer.start(
            in: directory, entry: entry,
            seating: { [host] console, onNews in
                var console = console
                console.account = user ?? console.account
                return host.seat(console, onNews: onNews)
            },
            stopping: { [given] _ in given.isToStop.withLock { $0 = true } })
    }

    /// Stops to listen.
    func stopListening() {
        server?.stop()
        server = nil
    }

    private final class SharedOrigins: Sendable {
        let all = Mutex<[Origin]>([])
        let isToStop = Mutex(false)
    }
}

/// A client that sends whatever bytes, as a hand-made or hostile one would.
struct RawClient {
    let descriptor: Int32

    /// Connects; the path must fit into an address.
    init(_ path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    func send(_ bytes: [UInt8]) { _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    func send(_ text: String) { send(Array(text.utf8)) }

    /// Everything until the other end closes, at most for 20 s.
    func readAll() -> String {
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var text: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += piece[..<count]
        }
    }

    func close() { _ = Foundation.close(descriptor) }
}
