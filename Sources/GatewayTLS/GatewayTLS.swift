import DeviceGateway
import Logging
import NIOCore
import NIOSSL
import Synchronization
import X509

/// TLS 1.2 or later for devices, and whom their certificates prove.
public final class GatewayTLS: ConnectionSecurity {
    /// What the files said when they were last read.
    private struct Reading {
        var terms: TLSTerms
        /// Counts the readings in which an authority was taken away: what was proven before one proves nothing any more.
        var withdrawals = 0
    }

    /// A connection whose other end has proven who it is.
    private struct Certified {
        var certificate: ClientCertificate
        var channel: any Channel
    }

    private let files: TLSFiles
    private let reading: Mutex<Reading>
    /// Who is at the other end of connections that are open.
    private let certified = Mutex<[ObjectIdentifier: Certified]>([:])
    private let failures: HandshakeFailures

    /// TLS by these files.
    /// - Throws: What is wrong with them, and what to do.
    public init(_ files: TLSFiles, logger: Logger) throws(TLSFailure) {
        self.files = files
        reading = Mutex(Reading(terms: try files.makeTerms()))
        failures = HandshakeFailures(logger: logger)
    }

    /// Reads the files again: connections from now on are secured by what they hold then. If they are wrong, everything
    /// stays as it was.
    ///
    /// Where an authority has been taken away, connections that a client certificate has opened are closed, with whatever
    /// is under way on them: whoever still has a certificate that counts opens another.
    /// - Returns: How many were closed.
    @discardableResult
    public func reload() throws(TLSFailure) -> Int {
        let fresh = try files.makeTerms()
        let isWithdrawn = reading.withLock { reading in
            let isWithdrawn = !reading.terms.authorities.isSubset(of: fresh.authorities)
            reading.terms = fresh
            if isWithdrawn { reading.withdrawals += 1 }
            return isWithdrawn
        }
        guard isWithdrawn else { return 0 }
        let channels = certified.withLock { certified in
            defer { certified.removeAll() }
            return certified.values.map(\.channel)
        }
        for channel in channels { channel.close(promise: nil) }
        return channels.count
    }

    public func secure(_ channel: any Channel) throws {
        let (context, withdrawals) = reading.withLock { ($0.terms.context, $0.withdrawals) }
        let tls = NIOSSLServerHandler(context: context)
        let identity = ObjectIdentifier(channel)
        try channel.pipeline.syncOperations.addHandlers([
            tls,
            HandshakeHandler(failures) { [self] in note(tls.peerCertificate, of: channel, provenBehind: withdrawals) },
        ])
        channel.closeFuture.whenComplete { [self] _ in forget(identity) }
    }

    public func certificate(of channel: any Channel) -> ClientCertificate? {
        certified.withLock { $0[ObjectIdentifier(channel)]?.certificate }
    }

    /// - Parameter withdrawals: Authorities that had been taken away by when the handshake began.
    private func note(
        _ certificate: NIOSSLCertificate?, of channel: any Channel, provenBehind withdrawals: Int
    ) {
        guard let certificate else { return }
        let known = ClientCertificate(commonName: Self.commonName(certificate))
        certified.withLock { $0[ObjectIdentifier(channel)] = Certified(certificate: known, channel: channel) }
        // Whoever withdraws an authority meanwhile finds it above, or is found here.
        if reading.withLock({ $0.withdrawals }) != withdrawals { channel.close(promise: nil) }
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
