import FleetCore
import Synchronization

/// What keeps devices from being served at this moment: what of the releases cannot be delivered, and tokens that cannot be
/// read. Whoever serves devices says it, and the engine beside it tells operators for as long as it is so. It is no fact:
/// the next engine finds out anew.
public final class DeliveryFaults: Sendable {
    /// A file of a release that a device asked for, and that no device is given.
    public struct Fault: Hashable, Sendable {
        public var release: Version
        /// The file's name in its release.
        public var file: String
        public var reason: String
        /// What to do.
        public var remedy: String
        /// When a device asked for it first.
        public var since: Timestamp

        /// A fault of these parts.
        public init(release: Version, file: String, reason: String, remedy: String, since: Timestamp) {
            self.release = release
            self.file = file
            self.reason = reason
            self.remedy = remedy
            self.since = since
        }
    }

    /// Releases that are told of at most.
    static let mostReleases = 20

    /// Why devices cannot prove who they are.
    public struct TokenFault: Hashable, Sendable {
        public var reason: String
        /// What to do.
        public var remedy: String
        /// When it was seen first.
        public var since: Timestamp

        /// A fault of these parts.
        public init(reason: String, remedy: String, since: Timestamp) {
            self.reason = reason
            self.remedy = remedy
            self.since = since
        }

        var text: String { "tokens of devices cannot be read, and whoever has them is refused: \(reason)" }
    }

    private let told = Mutex<[Fault]>([])
    private let tokenFault = Mutex<TokenFault?>(nil)

    /// Everything can be delivered.
    public init() {}

    /// Says all that cannot be delivered, in place of what was said before.
    public func tell(_ faults: [Fault]) {
        let sorted = faults.sorted { ($0.release, $0.file) < ($1.release, $1.file) }
        told.withLock { $0 = sorted }
    }

    /// Says why devices cannot prove who they are, in place of what was said before; nil: they can.
    public func tell(tokens fault: TokenFault?) { tokenFault.withLock { $0 = fault } }

    /// The releases that cannot be delivered, each with its first file, and with how many more there are.
    var releases: [(first: Fault, more: Int)] {
        var found: [(first: Fault, more: Int)] = []
        for fault in told.withLock({ $0 }) {
            if found.last?.first.release == fault.release {
                found[found.count - 1].more += 1
            } else if found.count < Self.mostReleases {
                found.append((fault, 0))
            } else {
                break
            }
        }
        return found
    }

    /// An alert for the tokens, and one for each release. Its name changes with the reason, so that an acknowledgement
    /// covers no other.
    var alerts: [Alert] {
        let tokens = tokenFault.withLock { $0 }.map { fault in
            Alert(id: "tokens/\(fault.reason)", severity: .warning, text: fault.text, since: fault.since)
        }
        return [tokens].compactMap { $0 }
            + releases.map { fault, more in
                Alert(
                    id: "delivery/\(fault.release)/\(fault.file)/\(fault.reason)", severity: .warning,
                    text: Self.text(fault, more), since: fault.since)
            }
    }

    /// What waits for a person, in a sentence for the tokens and for each release.
    var troubles: [String] {
        let tokens = tokenFault.withLock { $0 }.map { "\($0.text); \($0.remedy)" }
        return [tokens].compactMap { $0 } + releases.map { "\(Self.text($0.first, $0.more)); \($0.first.remedy)" }
    }

    private static func text(_ fault: Fault, _ more: Int) -> String {
        let others = more == 0 ? "" : more == 1 ? ", and 1 more file" : ", and \(more) more files"
        // Some reasons begin with the file that they are about.
        let isNamed = fault.reason.hasPrefix("\(fault.file) ")
        return
            "release \(fault.release) cannot be delivered: \(isNamed ? "" : "\(fault.file): ")\(fault.reason)\(others)"
    }
}
