import TUF

extension SigningDesk {
    /// Takes the signatures of copies into the file, which others have signed side by side.
    ///
    /// - Returns: What was taken from which, in lines for people.
    /// - Throws: If a copy is missing or says something else, or no root is at hand to tell whose signatures count; nothing is
    ///   written then.
    public func merge(_ copies: [String]) throws(RepositoryRefusal) -> [String] {
        guard !roots.isEmpty else {
            throw RepositoryRefusal(
                "no root is at hand, so that nobody knows whose signatures count",
                remedy: "name the one that is trusted here with --root")
        }
        switch content {
        case .root(let file): return try merge(copies, into: file)
        case .targets(let file): return try merge(copies, into: file)
        case .snapshot(let file): return try merge(copies, into: file)
        case .timestamp(let file): return try merge(copies, into: file)
        }
    }

    private func merge<Role: SignedRole>(
        _ copies: [String], into own: Metadata<Role>
    ) throws(RepositoryRefusal) -> [String] {
        var merged = own, lines: [String] = []
        for path in copies {
            guard let copy: Metadata<Role> = try RepositoryFolder.read(path, role) else {
                throw RepositoryRefusal("\(path) is missing", remedy: "name a copy of \(file) that somebody has signed")
            }
            guard copy.signedBytes == own.signedBytes else {
                throw RepositoryRefusal(
                    "\(path) says something else than \(file): it is \(role) \(copy.signed.version), digest "
                        + (Hashes(of: copy.signedBytes).sha256 ?? ""),
                    remedy: "have a copy of the file signed that waits now")
            }
            let new = signed(copy).subtracting(signed(merged))
            merged.take(new, from: copy)
            let names = new.sorted().map { "\($0.prefix(KeyNote.shortLength))" }.joined(separator: ", ")
            lines.append("\(path): " + (new.isEmpty ? "no signature that was not there" : "signed by \(names)"))
        }
        if merged.signatures != own.signatures { try DurableFile.replace(file, with: merged.bytes, mode: 0o666) }
        return lines
    }

    /// Keys of the role, by any of the roots, that have signed a file.
    private func signed<Role: SignedRole>(_ file: Metadata<Role>) -> Set<String> {
        Set(roots.flatMap { Signers(role, of: $0).signed(file) })
    }
}
