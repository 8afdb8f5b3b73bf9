import Foundation

/// Makes signed images, and images that a terminal has to refuse. It has a certificate authority of its own, so that an
/// image of another instance is one that a stranger signed.
///
/// The payload and the version of an image are a function of its version and size, and are the same in every run; the
/// signature is not.
public final class SwupdateImages: Sendable {
    /// What was changed after an image was signed. cpio's own sums stay as they were.
    public enum Damage: Sendable {
        /// The payload: it is not what the description says.
        case payload
        /// The description: it is not what was signed.
        case description
    }

    /// The revision of the hardware that images are made for if nothing else is said.
    public static let hardwareRevision = "1.0"

    /// The images of this run of the tests; its folder goes with the process.
    public static func shared() throws -> SwupdateImages { try sharedResult.get() }
    private static let sharedResult = Result {
        let images = try SwupdateImages()
        atexit { (try? SwupdateImages.shared())?.removeFolder() }
        return images
    }

    /// The certificate that terminals trust, as PEM.
    public var certificateAuthority: String { "\(folder)/ca.pem" }

    private let folder: String

    /// Makes the authority and the signer's certificate.
    public init() throws {
        folder = try TestFolder.make(prefix: "muster-images")
        do {
            try makeAuthority()
            try makeSigner()
        } catch {
            removeFolder()
            throw error
        }
    }

    deinit { removeFolder() }

    private func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

    // MARK: - Certificates

    private func makeAuthority() throws {
        try openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Muster test authority", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign")
    }

    /// swupdate takes only a signer whose certificate is for e-mail protection.
    private func makeSigner() throws {
        let uses = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=emailProtection\n"
        try Data(uses.utf8).write(to: URL(filePath: "\(folder)/signer.ext"))
        try openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "signer.key", "-out", "signer.csr",
            "-subj", "/CN=Muster test signer")
        try openssl(
            "x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "signer.ext", "-out", "signer.pem")
    }

    private func openssl(_ arguments: String...) throws {
        try ToolRun.output("openssl", arguments, in: folder)
    }

    // MARK: - Images

    /// Makes a signed image.
    ///
    /// - Parameters:
    ///   - version: what it brings; it is written into `TARGET.version`.
    ///   - payloadByteCount: how much it writes into the target.
    ///   - target: the file that it writes; a relative path is in the folder of each terminal that installs it.
    ///   - hardwareRevision: the revision that it is for; terminals are of `SwupdateImages.hardwareRevision`.
    public func image(
        version: String, payloadByteCount: Int = 300_000, target: String = SwupdateTerminal.slotName,
        hardwareRevision: String = SwupdateImages.hardwareRevision
    ) throws -> SwupdateImage {
        let parts = try TestFolder.make(prefix: "parts", in: folder)
        defer { try? FileManager.default.removeItem(atPath: parts) }
        try Self.payload(version: version, byteCount: payloadByteCount)
            .write(to: URL(filePath: "\(parts)/payload.bin"))
        try Data("\(version)\n".utf8).write(to: URL(filePath: "\(parts)/version"))
        let payloadSHA256 = try ToolRun.sha256(ofFile: "\(parts)/payload.bin")
        let description = Self.description(
            version: version, hardwareRevision: hardwareRevision,
            files: [
                ("payload.bin", target, payloadSHA256),
                ("version", "\(target).version", try ToolRun.sha256(ofFile: "\(parts)/version")),
            ])
        try Data(description.utf8).write(to: URL(filePath: "\(parts)/sw-description"))
        let image = try pack(parts)
        return try keep(image, version: version, payloadSHA256: payloadSHA256, name: "till-\(version)")
    }

    /// The same image with bytes that were changed after it was signed; a terminal has to refuse it.
    public func tampered(_ image: SwupdateImage, in damage: Damage = .payload) throws -> SwupdateImage {
        var bytes = try Data(contentsOf: URL(filePath: image.path))
        try Self.apply(damage, to: &bytes)
        return try keep(
            bytes, version: image.version, payloadSHA256: image.payloadSHA256, name: "till-\(image.version)-tampered")
    }

    /// Signs what is in the directory, and packs it: the description comes first, and its signature second.
    private func pack(_ parts: String) throws -> Data {
        try ToolRun.output(
            "openssl",
            [
                "cms", "-sign", "-in", "sw-description", "-out", "sw-description.sig", "-outform", "DER",
                "-signer", "\(folder)/signer.pem", "-inkey", "\(folder)/signer.key", "-nosmimecap", "-binary",
            ], in: parts)
        return try ToolRun.output(
            "cpio", ["-o", "-H", "crc", "--quiet"], in: parts,
            input: "sw-description\nsw-description.sig\npayload.bin\nversion\n")
    }

    /// Every image has a folder of its own, so that equal names do not meet.
    private func keep(_ bytes: Data, version: String, payloadSHA256: String, name: String) throws -> SwupdateImage {
        let path = try TestFolder.make(prefix: "image", in: folder) + "/\(name).swu"
        try bytes.write(to: URL(filePath: path))
        return SwupdateImage(
            path: path, version: version, byteCount: bytes.count, sha256: try ToolRun.sha256(ofFile: path),
            payloadSHA256: payloadSHA256)
    }

    private static func description(
        version: String, hardwareRevision: String, files: [(name: String, path: String, sha256: String)]
    ) -> String {
        let entries = files.map { file in
            "    { filename = \(Libconfig.text(file.name)); path = \(Libconfig.text(file.path)); "
                + "sha256 = \(Libconfig.text(file.sha256)); }"
        }
        return """
            software = {
              version = \(Libconfig.text(version));
              hardware-compatibility: [ \(Libconfig.text(hardwareRevision)) ];
              files: (
            \(entries.joined(separator: ",\n"))
              );
            };

            """
    }

    /// Noise that no compression shortens: xorshift64 (Marsaglia 2003), seeded by FNV-1a of the version.
    private static func payload(version: String, byteCount: Int) -> Data {
        var state = version.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } | 1
        var bytes = Data(capacity: byteCount + 8)
        while bytes.count < byteCount {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            withUnsafeBytes(of: state.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes.prefix(byteCount)
    }

    /// Two different neighbours change places: cpio's own sum of the file does not see it.
    private static func apply(_ damage: Damage, to bytes: inout Data) throws {
        let (mark, gap) =
            switch damage {
            // The name in front of the payload, ended by a zero and filled up with at most three more.
            case .payload: ("payload.bin\0", 3)
            // `software =` becomes `software= `, which says the same.
            case .description: ("software", 0)
            }
        guard let start = bytes.firstRange(of: Data(mark.utf8))?.upperBound,
            let first = (start + gap..<bytes.endIndex - 1).first(where: { bytes[$0] != bytes[$0 + 1] })
        else { throw SwupdateFailure(description: "The image has nothing to damage there.") }
        bytes.swapAt(first, first + 1)
    }
}
