/// What one person has asked for and a second one must approve.
public struct Proposal: Hashable, Sendable {
    /// What is to be done.
    public enum Deed: UInt8, CaseIterable, Hashable, Sendable, CustomStringConvertible {
        case start = 0
        case rollBack = 1
        case retryFailed = 2

        public var description: String {
            switch self {
            case .start: "start"
            case .rollBack: "rollback"
            case .retryFailed: "retry"
            }
        }
    }

    /// What is to be done.
    public var deed: Deed
    /// To how many devices, when it was asked for.
    public var devices: Int
    /// The name of who asked, as it is shown.
    public var name: String
    /// The user who asked, as the system knows them; empty: not known.
    public var user: String

    /// A deed that somebody asks for.
    public init(_ deed: Deed, devices: Int, by name: String, user: String) {
        self.deed = deed
        self.devices = devices
        self.name = name
        self.user = user
    }
}

extension Proposal: CustomStringConvertible {
    /// `rollback of 120 devices, by kim`.
    public var description: String { "\(deed) of \(devices) \(devices == 1 ? "device" : "devices"), by \(name)" }
}

extension FourEyes {
    /// Whether a deed on so many devices needs a second person.
    public func needsSecondPerson(_ deed: Proposal.Deed, devices: Int) -> Bool {
        let limit = deed == .rollBack ? rollbackOver : updateOver
        return limit.map { devices > $0 } ?? false
    }
}
