/// Carries alerts out of the box by one way. Called on that way's thread, which it may block for a bounded time.
protocol AlertRoute: AnyObject, Sendable {
    var way: AlertWay { get }
    /// Tries once.
    func deliver(_ alert: Alert) -> Delivery
    /// Ends an attempt that is under way, and every later one at once.
    func cancel()
}

/// What came of an attempt.
public enum Delivery: Hashable, Sendable {
    /// The receiver has it.
    case delivered(String)
    /// It may go better later; the receiver may have said when.
    case failed(String, wish: Duration? = nil)
    /// It goes no better later.
    case refused(String)

    /// What came of it, in words.
    public var text: String {
        switch self {
        case .delivered(let text), .failed(let text, _), .refused(let text): text
        }
    }

    /// Whether the receiver has it.
    public var isDelivered: Bool {
        if case .delivered = self { return true }
        return false
    }
}
