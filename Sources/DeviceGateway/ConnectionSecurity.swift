import FleetCore
import HummingbirdCore
import Logging
import NIOCore

/// Secures connections before HTTP is spoken on them, and knows who is at their other end. TLS is in a room of its own,
/// so that this one builds without its cryptography.
public protocol ConnectionSecurity: Sendable {
    /// Puts itself before everything else of a new connection. Called on the connection's event loop.
    func secure(_ channel: any Channel) throws
    /// The certificate that the other end has proven to hold; nil: it showed none.
    func certificate(of channel: any Channel) -> ClientCertificate?
}

/// A connection that could not be secured; whoever secures connections has written down why. It is to go through the
/// connection's handlers, so that it is counted.
public struct HandshakeFailure: Error, Hashable, Sendable {
    /// A failure.
    public init() {}
}

/// A client certificate that was verified.
public struct ClientCertificate: Hashable, Sendable {
    /// The id of the device that it names; nil: it names none, or several.
    public var commonName: String?

    /// A certificate of this name.
    public init(commonName: String?) {
        self.commonName = commonName
    }

    /// Whether it names this device, byte for byte.
    func names(_ device: String) -> Bool { commonName.map { ExactText($0) == ExactText(device) } ?? false }
}

/// A connection that is secured before its own setup.
struct SecuredChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let security: any ConnectionSecurity

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture { try security.secure(channel) }
            .flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 on secured connections, or on plain ones if there is nothing to secure them.
    package static func http1(
        _ security: (any ConnectionSecurity)?, configuration: HTTP1Channel.Configuration = .init()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let base = HTTP1Channel(responder: responder, configuration: configuration)
            return if let security { SecuredChannel(base: base, security: security) } else { base }
        }
    }
}
