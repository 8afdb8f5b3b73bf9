import NIOCore

/// When a connection is to be cut: decided without a timer or a socket, of what happened on it.
struct ConnectionDeadlines {
    /// Why a connection is cut.
    enum Fault: String {
        /// A request did not come to its end in time.
        case slowRequest = "slow request"
        /// The reader took nothing in time.
        case slowReader = "slow reader"
        /// Nothing was asked for.
        case idle
    }

    private let requestTime: TimeAmount, stallTime: TimeAmount, idleTime: TimeAmount
    /// Requests whose answers have not ended.
    private var openRequests = 0
    /// Whether bytes have come since the last request ended: those of a next one.
    private var hasBegun = false
    /// Since when a request is on its way.
    private var begunAt: NIODeadline?
    /// Since when the reader takes nothing.
    private var stalledAt: NIODeadline?
    /// Since when a piece of a file waits to be taken whole: one may be too small to make the connection full.
    private var pieceLeftAt: NIODeadline?
    private var idleSince: NIODeadline
    /// Whether anything was ever asked for: who asks for nothing at all has no reason to be there.
    private var hasAsked = false

    init(_ limits: GatewayLimits, now: NIODeadline) {
        requestTime = TimeAmount(limits.requestTime)
        stallTime = TimeAmount(limits.stallTime)
        idleTime = TimeAmount(limits.idleTime)
        idleSince = now
    }

    mutating func bytesArrived() { hasBegun = true }

    mutating func headArrived() {
        openRequests += 1
        hasAsked = true
    }

    mutating func requestEnded() {
        hasBegun = false
        begunAt = nil
    }

    /// What there was to read has been read. Most requests have ended by then, and need no deadline.
    mutating func readCompleted(at now: NIODeadline) {
        if hasBegun, begunAt == nil { begunAt = now }
    }

    mutating func answerEnded(at now: NIODeadline) {
        openRequests -= 1
        idleSince = now
    }

    mutating func writabilityChanged(to isWritable: Bool, at now: NIODeadline) {
        stalledAt = isWritable ? nil : stalledAt ?? now
    }

    mutating func pieceLeft(at now: NIODeadline) { pieceLeftAt = now }

    mutating func pieceTaken() { pieceLeftAt = nil }

    private var stalledSince: NIODeadline? { [stalledAt, pieceLeftAt].compactMap { $0 }.min() }

    private var idleUntil: NIODeadline? {
        guard openRequests == 0, begunAt == nil else { return nil }
        return idleSince + (hasAsked ? idleTime : requestTime)
    }

    /// The next moment at which there may be a fault; nil: only after something has happened.
    var next: NIODeadline? {
        [begunAt.map { $0 + requestTime }, stalledSince.map { $0 + stallTime }, idleUntil].compactMap { $0 }.min()
    }

    /// Why it is to be cut now; nil: it is not.
    func fault(at now: NIODeadline) -> Fault? {
        if let begunAt, begunAt + requestTime <= now { return .slowRequest }
        if let stalledSince, stalledSince + stallTime <= now { return .slowReader }
        return idleUntil.map { $0 <= now } ?? false ? .idle : nil
    }
}
