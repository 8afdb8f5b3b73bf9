import Foundation
import Glibc

/// A line between terminals and the gateway that does to downloads what real lines do.
///
/// Unchecked, because the compiler does not know that the condition guards every variable.
final class CuttingProxy: @unchecked Sendable {
    /// What becomes of one answer to a GET of an artifact.
    enum Treatment: Sendable {
        /// Both sides lose the connection when so many bytes of the answer have passed, its head included.
        case cut(after: Int)
        /// Nothing more passes after so many bytes, until `release`.
        case stall(after: Int)
        /// After so many bytes the rest passes at a pace of `slowPiece` each `slowPause`, until `release`.
        case slow(after: Int)
    }

    private static let slowPiece = 8 << 10, slowPause = 0.02
    /// A line holds little of what is sent over it: what it has not passed on has not left the gateway.
    private static let held: Int32 = 64 << 10
    /// More connections at once than any test opens.
    private static let backlog: Int32 = 64

    /// Where it listens.
    let port: Int
    private let listener: Int32
    private let condition = NSCondition()
    private var upstream: Int
    private var treatments: [Treatment]
    private var requests: [String] = []
    private var isReleased = false
    private var links: [ObjectIdentifier: ProxyLink] = [:]
    private var isStopped = false
    /// Whether a connection has come as far as its treatment.
    private var hasTreated = false

    /// A proxy for a gateway on a port of this machine. The treatments are of the GETs of artifacts in the order of
    /// their coming; those behind them pass untouched.
    init(to upstream: Int, _ treatments: [Treatment] = []) throws {
        self.upstream = upstream
        self.treatments = treatments
        (listener, port) = try LoopbackSocket.listen(backlog: Self.backlog)
        Thread.detachNewThread { self.accept() }
    }

    /// The requests for artifacts so far, each as its first line and its Range.
    var artifactRequests: [String] { locked { requests } }

    /// Calls are passed to this port from now on.
    func turn(to port: Int) { locked { upstream = port } }

    /// Waits until so much of an artifact has passed that what is treated is about to be: then the terminal has bytes of it.
    func waitUntilTreated() async throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        let isTreated = await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                condition.lock()
                while !hasTreated, condition.wait(until: deadline) {}
                let hasTreated = hasTreated
                condition.unlock()
                continuation.resume(returning: hasTreated)
            }
        }
        guard isTreated else { throw GatewayTestFailure("Not enough of an artifact has passed within 20 s.") }
    }

    /// What is stalled or slowed goes on.
    func release() { locked { isReleased = true } }

    /// Ends every connection and takes no more.
    func stop() {
        let open = locked {
            isStopped = true
            isReleased = true
            return Array(links.values)
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for link in open { link.cut() }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        defer { condition.broadcast() }
        return body()
    }

    private func accept() {
        while true {
            let near = Glibc.accept(listener, nil, nil)
            guard near >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            _ = fcntl(near, F_SETFD, FD_CLOEXEC)
            guard let far = LoopbackSocket.connect(locked { upstream }, receiving: Self.held) else {
                close(near)
                continue
            }
            let link = ProxyLink(near: near, far: far)
            let isLate = locked {
                links[ObjectIdentifier(link)] = link
                return isStopped
            }
            if isLate { link.cut() }
            Thread.detachNewThread { self.carry(from: near, to: far, of: link, { self.look($0, link) }) }
            Thread.detachNewThread { self.carry(from: far, to: near, of: link, { self.pass($0, link) }) }
        }
        close(listener)
    }

    /// - Parameter admit: How many of these bytes may pass now; nil: the connection is cut.
    private func carry(from source: Int32, to target: Int32, of link: ProxyLink, _ admit: (ArraySlice<UInt8>) -> Int?) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        reading: while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var rest = buffer[0..<count]
            while !rest.isEmpty {
                guard let passing = admit(rest), LoopbackSocket.send(rest.prefix(passing), to: target) else {
                    break reading
                }
                rest = rest.dropFirst(passing)
            }
        }
        link.cut()
        if link.leave() { locked { _ = links.removeValue(forKey: ObjectIdentifier(link)) } }
    }

    /// Requests are small: each comes in one piece.
    private func look(_ bytes: ArraySlice<UInt8>, _ link: ProxyLink) -> Int? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        if let first = lines.first, first.contains("/artifacts/") {
            let range = lines.first { $0.lowercased().hasPrefix("range:") }
            locked {
                requests.append(([first] + (range.map { [$0] } ?? [])).joined(separator: " "))
                link.passed = 0
                link.treatment = first.hasPrefix("GET ") && !treatments.isEmpty ? treatments.removeFirst() : nil
            }
        }
        return bytes.count
    }

    private func pass(_ bytes: ArraySlice<UInt8>, _ link: ProxyLink) -> Int? {
        condition.lock()
        defer { condition.unlock() }
        guard let treatment = link.treatment else { return bytes.count }
        let untouched = min(bytes.count, treatment.after - link.passed)
        if untouched > 0 {
            link.passed += untouched
            return untouched
        }
        if !hasTreated {
            hasTreated = true
            condition.broadcast()
        }
        switch treatment {
        case .cut: return nil
        case .stall:
            while !isReleased { condition.wait() }
        case .slow:
            if !isReleased { _ = condition.wait(until: Date(timeIntervalSinceNow: Self.slowPause)) }
        }
        return isReleased ? bytes.count : min(bytes.count, Self.slowPiece)
    }
}

extension CuttingProxy.Treatment {
    fileprivate var after: Int {
        switch self {
        case .cut(let after), .stall(let after), .slow(let after): after
        }
    }
}

/// One connection of a terminal, with the one to the gateway that belongs to it.
private final class ProxyLink: @unchecked Sendable {
    private let near: Int32, far: Int32
    private let lock = NSLock()
    private var users = 2
    /// Guarded by the proxy's condition.
    var treatment: CuttingProxy.Treatment?
    var passed = 0

    init(near: Int32, far: Int32) {
        self.near = near
        self.far = far
    }

    /// Both sides see the end.
    func cut() {
        lock.withLock {
            guard users > 0 else { return }
            shutdown(near, Int32(SHUT_RDWR))
            shutdown(far, Int32(SHUT_RDWR))
        }
    }

    /// One direction is done; gives whether the other one was already.
    func leave() -> Bool {
        lock.withLock {
            users -= 1
            guard users == 0 else { return false }
            close(near)
            close(far)
            return true
        }
    }
}
