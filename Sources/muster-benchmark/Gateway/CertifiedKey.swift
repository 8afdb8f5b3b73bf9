/// A key and its certificate, signed by itself and good for two days.
struct CertifiedKey {
    let certificate: String, key: String

    private static let program = "/usr/bin/openssl"

    /// Draws a key.
    init(_ workshop: Workshop) throws {
        let folder = try workshop.folder("tls")
        (certificate, key) = ("\(folder)/certificate.pem", "\(folder)/key.pem")
        _ = try workshop.output(
            of: Self.program,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate,
            ])
    }
}
