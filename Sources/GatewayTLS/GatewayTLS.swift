import DeviceGateway
import Logging
import NIOCore
import NIOSSL
import Synchronization
import X509

/// TLS 1.2 or later for devices, and whom their certificates prove.
public final class GatewayTLS: ConnectionSecurity {
    private let files: TLSFiles
    private let context: Mutex<NIOSSLContext>
    /// Who is at the other end of connections that are open.
    private let certified = Mutex<[ObjectIdentifier: ClientCertificate]>([:])
    private let failures: HandshakeFailures

    /// TLS by these files.
    /// - Throws: What is wrong with them, and what to do.
    public init(_ files: TLSFiles, logger: Logger) throws(TLSFailure) {
        self.files = files
        context = Mutex(try files.makeContext())
        failures = HandshakeFailures(logger: logger)
    }

    /// Reads the files again: connections from now on are secured by what they hold then. If they are wrong, everything
    /// stays as it was.
    public func reload() throws(TLSFailure) {
        let fresh = try files.makeContext()
        context.withLock { $0 = fresh }
    }

    public func secure(_ channel: any Channel) throws {
        let tls = NIOSSLServerHandler(context: context.withLock { $0 })
        let identity = ObjectIdentifier(channel)
        try channel.pipeline.syncOperations.addHandlers([
            tls, HandshakeHandler(failures) { [self] in note(tls.peerCertificate, of: identity) },
        ])
        channel.closeFuture.whenComplete { [self] _ in forget(identity) }
    }

    public func certificate(of channel: any Channel) -> ClientCertificate? {
        certified.withLock { $0[ObjectIdentifier(channel)] }
    }

    private func note(_ certificate: NIOSSLCertificate?, of connection: ObjectIdentifier) {
        guard let certificate else { return }
        let known = ClientCertificate(commonName: Self.commonName(certificate))
        certified.withLock { $0[connection] = known }
    }

    private func forget(_ connection: ObjectIdentifier) {
        certified.withLock { _ = $0.removeValue(forKey: connection) }
    }

    /// The one common name of a certificate's subject; nil: there is none, or more than one to choose from.
    private static func commonName(_ certificate: NIOSSLCertificate) -> String? {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes) else {
            return nil
        }
        let names = parsed.subject.flatMap { $0 }.filter { $0.type == .RDNAttributeType.commonName }
        return names.count == 1 ? String(names[0].value) : nil
    }
}
