import Foundation
import NIOCore

/// Why a gateway cannot listen, and what to do.
public struct ListenFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What to do.
    public var remedy: String

    public var description: String { "\(message); \(remedy)" }

    /// What the server said as it began to listen; nil: it did not fail by the address.
    init?(_ error: any Error) {
        switch error {
        case let error as IOError:
            message = String(cString: strerror(error.errnoCode))
            remedy = Self.remedies[error.errnoCode] ?? "name another address"
        case let error as SocketAddressError.UnknownHost:
            message = "the name `\(error.host)` is not known"
            remedy = Self.otherAddress
        default: return nil
        }
    }

    private static let otherAddress = "name an address of this machine"
    private static let remedies: [Int32: String] = [
        EADDRINUSE: "end what listens there (`ss -ltnp` names it), or name another port",
        EACCES: "take a port of 1024 or above, or have the system allow this one (CAP_NET_BIND_SERVICE)",
        EADDRNOTAVAIL: otherAddress, EAFNOSUPPORT: otherAddress,
        EMFILE: "let the program open more files (ulimit -n)",
    ]
}
