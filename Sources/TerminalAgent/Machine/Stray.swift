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
        "\(text); what runs from another slot is not emptied: restart the terminal, so that what is in use runs"
    }
}
