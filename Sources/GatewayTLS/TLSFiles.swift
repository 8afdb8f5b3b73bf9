import Foundation
import NIOSSL

/// What files of TLS say.
struct TLSTerms {
    /// What connections are secured by.
    var context: NIOSSLContext
    /// Who is believed about clients, in DER.
    var authorities: Set<[UInt8]>
}

/// The files that TLS is made of, all in PEM.
public struct TLSFiles: Hashable, Sendable {
    /// The most bytes of a file that are read.
    static let longestFile = 1 << 20

    /// The server's certificate, then those between it and its root.
    public var certificate: String
    /// The certificate's private key.
    public var key: String
    /// The roots whose client certificates are believed, and authorities between that clients do not send themselves;
    /// nil: clients are not asked for any.
    public var clientAuthorities: String?
    /// Whether a client without a certificate is sent away before it can say anything.
    public var requiresClientCertificate: Bool

    /// Files of these paths.
    public init(
        certificate: String, key: String, clientAuthorities: String? = nil, requiresClientCertificate: Bool = false
    ) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
        self.requiresClientCertificate = requiresClientCertificate
    }

    /// Reads the files as they are now.
    func makeTerms() throws(TLSFailure) -> TLSTerms {
        let chain = try Self.certificates(certificate, option: "--tls-cert")
        // Of use if the server's own is; its authorities follow.
        if let problem = Self.problem(chain[0], path: certificate) { throw problem }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(try privateKey()))
        configuration.minimumTLSVersion = .tlsv12
        var authorities: Set<[UInt8]> = []
        if let clientAuthorities {
            let found = try Self.authorities(clientAuthorities)
            authorities = Set(found.compactMap { try? $0.toDERBytes() })
            configuration.trustRoots = .certificates(found)
            configuration.certificateVerification =
                requiresClientCertificate ? .noHostnameVerification : .optionalVerification
        }
        do {
            return TLSTerms(context: try NIOSSLContext(configuration: configuration), authorities: authorities)
        } catch {
            throw TLSFailure(
                fault: .keyMismatch, message: "the key \(key) is not that of the certificate \(certificate)",
                remedy: "name the two that belong together, the server's own certificate first in its file")
        }
    }

    // MARK: - The parts

    /// The certificates of a file, at least one.
    static func certificates(_ path: String, option: String) throws(TLSFailure) -> [NIOSSLCertificate] {
        let bytes = try bytes(path, option: option)
        guard let found = try? NIOSSLCertificate.fromPEMBytes(bytes), !found.isEmpty else {
            throw TLSFailure(
                fault: .malformed, message: "\(path) holds no certificate in PEM",
                remedy: "\(option) takes a file that begins with -----BEGIN CERTIFICATE-----")
        }
        return found
    }

    /// Why a certificate is of no use now; nil: it is.
    static func problem(_ certificate: NIOSSLCertificate, path: String) -> TLSFailure? {
        let now = Int(Date().timeIntervalSince1970)
        let begin = Int(certificate.notValidBefore), end = Int(certificate.notValidAfter)
        if end < now {
            return TLSFailure(
                fault: .outOfDate, message: "the certificate in \(path) ended at \(text(end))",
                remedy: "renew it, or set this machine's clock if that is wrong")
        }
        guard begin > now else { return nil }
        return TLSFailure(
            fault: .outOfDate, message: "the certificate in \(path) begins only at \(text(begin))",
            remedy: "wait until then, or set this machine's clock if that is wrong")
    }

    private func privateKey() throws(TLSFailure) -> NIOSSLPrivateKey {
        let bytes = try Self.bytes(key, option: "--tls-key")
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw TLSFailure(
                fault: .malformed, message: "\(key) holds no private key in PEM that can be read without a passphrase",
                remedy: "`openssl pkey -in FILE` writes one without a passphrase")
        }
    }

    private static func bytes(_ path: String, option: String) throws(TLSFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = close(descriptor) } }
        var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 64 << 10)
        var count = descriptor < 0 ? -1 : 1
        while count > 0, bytes.count <= longestFile {
            count = read(descriptor, &piece, piece.count)
            bytes += piece.prefix(max(0, count))
        }
        guard count >= 0 else {
            throw TLSFailure(
                fault: .unreadable, message: "\(path) cannot be read: \(String(cString: strerror(errno)))",
                remedy: "name a file with \(option) that \(NSUserName()) may read")
        }
        guard bytes.count <= longestFile else {
            throw TLSFailure(
                fault: .malformed, message: "\(path) is longer than \(longestFile) bytes",
                remedy: "name a file with \(option) that holds what is needed and nothing else")
        }
        return bytes
    }

    private static func text(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
