import Crypto
import Foundation

/// Takes an archive apart, and believes no byte of it before its hash is compared.
struct ArchiveReader {
    private let path: String
    private let file: SourceFile
    private let folder: String
    private var sums = ""

    /// - Parameter folder: An empty folder, into which the members go.
    init(_ path: String, into folder: String) throws {
        self.path = path
        self.folder = folder
        file = try SourceFile(path)
    }

    /// Takes everything out, and gives the manifest. Every byte of the file is looked at: one that is not what was
    /// written is refused with where it is, and so is one that was cut or has something behind its end.
    mutating func extract() throws -> BackupManifest {
        let first = try header(expecting: BackupManifest.fileName)
        guard first.size <= Int64(BackupManifest.maximumLength) else { throw damaged("its manifest is too long") }
        let bytes = try contents(first)
        let manifest = try BackupManifest(bytes, path: path)
        sums += Archive.sum(SHA256.hash(data: bytes).hexadecimal, first.name)
        guard Set(manifest.members.map(\.name)).isDisjoint(with: [BackupManifest.fileName, Archive.sumsName]),
            Set(manifest.members.map(\.name)).count == manifest.members.count
        else { throw damaged("its manifest names a file twice") }
        for member in manifest.members { try extract(member) }
        try checkSums()
        guard try file.read(Archive.end.count) == Archive.end, try file.read(1).isEmpty else {
            throw damaged("it does not end behind its last file")
        }
        return manifest
    }

    private func header(expecting name: String) throws -> ArchiveHeader {
        guard let header = ArchiveHeader(reading: try file.read(ArchiveHeader.length)), header.name == name else {
            throw damaged("\(name) does not stand where it should, or its header was changed")
        }
        return header
    }

    private func contents(_ header: ArchiveHeader) throws -> [UInt8] {
        let bytes = try file.read(Int(header.size))
        guard bytes.count == header.size else { throw damaged("it was cut within \(header.name)") }
        try skipPadding(header)
        return bytes
    }

    private func skipPadding(_ header: ArchiveHeader) throws {
        guard try file.read(header.padding) == [UInt8](repeating: 0, count: header.padding) else {
            throw damaged("what follows \(header.name) was changed, or is missing")
        }
    }

    private mutating func extract(_ member: BackupManifest.Member) throws {
        let header = try header(expecting: member.name)
        guard header.size == member.size else {
            throw damaged("\(member.name) has \(header.size) bytes, \(member.size) in the manifest")
        }
        let target = try OwnFile(creating: "\(folder)/\(member.name)")
        let sha256 = try copy(member, to: target)
        guard sha256 == member.sha256 else { throw damaged("\(member.name) is not what the manifest says") }
        try skipPadding(header)
        sums += Archive.sum(sha256, member.name)
        try target.sync()
    }

    private func copy(_ member: BackupManifest.Member, to target: OwnFile) throws -> String {
        var hash = SHA256(), rest = member.size
        while rest > 0 {
            let bytes = try file.read(Int(min(rest, Int64(Archive.chunk))))
            guard !bytes.isEmpty else { throw damaged("it was cut within \(member.name)") }
            hash.update(data: bytes)
            rest -= Int64(bytes.count)
            try target.write(bytes)
        }
        return hash.finalize().hexadecimal
    }

    private mutating func checkSums() throws {
        let last = try header(expecting: Archive.sumsName)
        guard last.size <= Archive.longestSums, try contents(last) == Array(sums.utf8) else {
            throw damaged("\(Archive.sumsName) is not that of its files")
        }
    }

    private func damaged(_ finding: String) -> BackupFailure { .damaged(path, finding) }
}
