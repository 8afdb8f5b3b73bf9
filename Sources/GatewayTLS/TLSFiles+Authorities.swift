import NIOSSL
import X509

extension TLSFiles {
    /// The authorities of a file. Each must lead to a root in it: one that does not proves nobody, which would show only
    /// when devices are sent away.
    static func authorities(_ path: String) throws(TLSFailure) -> [NIOSSLCertificate] {
        let found = try certificates(path, option: "--client-ca")
        let names = found.map(Names.init)
        if let loose = loose(names) {
            throw TLSFailure(
                fault: .incomplete,
                message:
                    "\(path) holds the authority \(loose.subject), and not the one that signed it, \(loose.issuer)",
                remedy: "add \(loose.issuer) and what is above it, up to the root")
        }
        // A root that has ended proves nobody, but the others of its file do.
        let roots = found.indices.filter { names[$0].isRoot }
        let problems = roots.map { problem(found[$0], path: path) }
        if !problems.contains(nil), let problem = problems.compactMap({ $0 }).first { throw problem }
        return found
    }

    /// Whose a certificate is, and who signed it.
    private struct Names {
        var subject: String
        var issuer: String
        /// Whether it signed itself.
        var isRoot: Bool { subject == issuer }

        /// One that only BoringSSL can read is taken for a root: it is for BoringSSL to say what it proves.
        init(_ certificate: NIOSSLCertificate) {
            let parsed = (try? certificate.toDERBytes()).flatMap { try? Certificate(derEncoded: $0) }
            subject = parsed.map { "\($0.subject)" } ?? ""
            issuer = parsed.map { "\($0.issuer)" } ?? ""
        }
    }

    /// One that leads to no root beside it; nil: all do. Of several that follow each other the uppermost.
    private static func loose(_ names: [Names]) -> Names? {
        var rooted = Set(names.filter(\.isRoot).map(\.subject)), count = 0
        while count < rooted.count {
            count = rooted.count
            rooted.formUnion(names.filter { rooted.contains($0.issuer) }.map(\.subject))
        }
        let open = names.filter { !rooted.contains($0.subject) }, subjects = Set(names.map(\.subject))
        return open.first { !subjects.contains($0.issuer) } ?? open.first
    }
}
