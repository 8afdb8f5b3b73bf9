import Foundation

/// Authorities and certificates of them, made by the real openssl.
final class CertificateShop {
    /// Where everything lies.
    let root: String

    /// The authority that the gateway and its clients trust, and one that they do not.
    let authority: String, strangers: String

    init(in root: String) throws {
        self.root = root
        authority = "\(root)/authority"
        strangers = "\(root)/strangers"
        try makeAuthority(authority)
        try makeAuthority(strangers)
    }

    /// A certificate with its key.
    struct Certificate {
        let path: String
        /// The files, in PEM.
        var certificate: String, key: String

        init(path: String) {
            self.path = path
            certificate = "\(path).pem"
            key = "\(path).key"
        }
    }

    /// A certificate for the gateway, on the loopback address.
    func server(_ name: String = "server", by authority: String? = nil, days: Int = 30) throws -> Certificate {
        try issue(
            name, subject: "/CN=\(name)", by: authority ?? self.authority, days: days,
            extensions: "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    }

    /// A certificate for a device. Of negative days it has ended.
    func client(
        _ device: String, by authority: String? = nil, days: Int = 30, subject: String? = nil
    ) throws -> Certificate {
        try issue(
            "client-\(device)-\(UUID().uuidString)", subject: subject ?? "/O=Retail/CN=\(device)",
            by: authority ?? self.authority, days: days, extensions: "extendedKeyUsage=clientAuth\n")
    }

    /// An authority of its own that another one signed.
    func intermediate(of root: String? = nil) throws -> String {
        let name = "between-\(UUID().uuidString)"
        return try issue(
            name, subject: "/CN=\(name)", by: root ?? authority, days: 30,
            extensions: "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"
        ).path
    }

    /// One file with the certificates of others, in this order.
    func bundle(_ paths: String...) throws -> String {
        let bundle = "\(root)/bundle-\(UUID().uuidString).pem"
        let texts = try paths.map { try String(contentsOfFile: "\($0).pem", encoding: .utf8) }
        try texts.joined().write(toFile: bundle, atomically: true, encoding: .utf8)
        return bundle
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func makeAuthority(_ path: String) throws {
        try Self.openssl(
            ["req", "-x509"] + Self.newKey + [
                "-keyout", "\(path).key", "-out", "\(path).pem", "-subj", "/CN=\(path.hashValue)", "-days", "30",
            ])
    }

    private func issue(
        _ name: String, subject: String, by authority: String, days: Int, extensions: String
    ) throws -> Certificate {
        let made = Certificate(path: "\(root)/\(name)")
        let request = "\(made.path).csr", file = "\(made.path).ext"
        try extensions.write(toFile: file, atomically: true, encoding: .utf8)
        try Self.openssl(["req"] + Self.newKey + ["-keyout", made.key, "-out", request, "-subj", subject])
        try Self.openssl([
            "x509", "-req", "-in", request, "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
            "-set_serial", "\(UInt32.random(in: 1 ... .max))", "-days", "\(days)", "-extfile", file,
            "-out", made.certificate,
        ])
        return made
    }

    private static func openssl(_ arguments: [String]) throws {
        let run = try ToolOutput("openssl", arguments)
        guard run.code == 0 else { throw ScratchFleet.Failure(description: "openssl \(arguments): \(run.errors)") }
    }
}
