/// A version that runs though the slot in use holds another, so that it proves nothing of what the next start brings.
public struct Stray: Hashable, Sendable {
    /// What runs.
    public var version: String
    /// The slot in use; nil: none.
    public var inUse: Slot?
    /// What that slot holds; nil: it does not say.
    public var recorded: String?

    /// A version that runs from elsewhere.
    public init(version: String, inUse: Slot?, recorded: String?) {
        self.version = version
        self.inUse = inUse
        self.recorded = recorded
    }

    /// The same in words, which no gateway takes for a version.
    public var text: String {
        guard let inUse else { return "\(version) runs, but no slot is in use" }
        let content = recorded.map { "slot \(inUse.rawValue) with \($0) is" } ?? "slot \(inUse.rawValue) is"
        return "\(version) runs, but \(content) in use"
    }

    /// Why an order is not taken on: the slot that it would empty may be the one that the software runs from.
    public var refusal: String {
        "\(text); what runs from another slot is not emptied: \(remedy)"
    }

    /// Software that was put into a slot by hand is not known from what runs elsewhere but by the slot's own record.
    private var remedy: String {
        guard let inUse else { return "let the link current lead to the slot that is to run, and restart the terminal" }
        let slot = inUse.rawValue
        return "restart the terminal, so that what is in use runs; or, if \(version) was put into slot \(slot) by "
            + "hand, write that into \(slot)/release.json"
    }
}
