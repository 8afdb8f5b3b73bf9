import ArtifactStore
import AsyncHTTPClient
import FleetCore
import Foundation
import TUF

extension RepositoryProof {
    /// How long one request may take.
    static let longestWait = Duration.seconds(60)

    /// Walks as a client does, in a folder of its own that is gone behind it.
    ///
    /// - Throws: If there is no root to begin with. What a client refuses is in the answer.
    public func prove(now: FleetCore.Timestamp) async throws -> Answer {
        guard let bytes = try DurableFile.read(root, atMost: RepositoryRole.root.mostBytes) else {
            throw RepositoryRefusal(
                "there is no root \(root)", remedy: "publish the repository first, or name the root with --root")
        }
        let scratch = FileManager.default.temporaryDirectory.appending(path: "muster-verify-\(UUID().uuidString)")
            .path()
        try DurableFile.createFolder("\(scratch)/targets", mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        switch place {
        case .fleet(let fleet, let state, let releases):
            let source = FolderSource(folder: RepositoryFolder(fleet: fleet), served: ServedFolder(state: state))
            let walk = Walk(client: client(scratch, source, now), source: source, scratch: scratch)
            let files = ReleaseFiles(store: ArtifactStore(state: state), folders: releases)
            return await walk.run(bytes, looksAtTargets) { _, name, target in files.problem(of: name, target) }
        case .url(let url):
            let http = HTTPClient(eventLoopGroupProvider: .singleton)
            let base = url.hasSuffix("/") ? String(url.dropLast()) : url
            let source = WebSource(client: http, base: "\(base)/metadata/")
            let targets = WebSource(client: http, base: "\(base)/targets/")
            let walk = Walk(client: client(scratch, source, now), source: source, scratch: scratch)
            let answer = await walk.run(bytes, looksAtTargets) { client, name, _ in
                await Self.fetch(name, client, targets, "\(scratch)/targets")
            }
            try await http.shutdown()
            return answer
        }
    }

    private func client(_ scratch: String, _ source: any MetadataSource, _ now: Moment) -> TUFClient {
        TUFClient(metadataFolder: "\(scratch)/metadata", source: source, clock: { UTCTime(now) })
    }

    private static func fetch(
        _ name: String, _ client: TUFClient, _ source: WebSource, _ folder: String
    ) async -> String? {
        do {
            let file = try await client.download(name, from: source, into: folder)
            try FileManager.default.removeItem(atPath: file)
            return nil
        } catch {
            return (error as? TUFRefusal)?.reason ?? "\(error)"
        }
    }

    /// One walk.
    private struct Walk {
        let client: TUFClient
        let source: any MetadataSource
        let scratch: String

        func run(
            _ root: [UInt8], _ looksAtTargets: Bool,
            _ problem: (TUFClient, String, TargetFile) async -> String?
        ) async -> Answer {
            var answer = Answer()
            answer.looksAtTargets = looksAtTargets
            do {
                try DurableFile.createFolder("\(scratch)/metadata", mode: 0o700)
                try TUFClient.begin(metadataFolder: "\(scratch)/metadata", root: root)
                try await client.refresh()
            } catch {
                answer.refusal = (error as? TUFRefusal)?.reason ?? "\(error)"
            }
            // What was accepted before a refusal is told too.
            answer.roles = RepositoryRole.allCases.compactMap(role)
            guard answer.refusal == nil, let targets = await client.targets else { return answer }
            for (name, target) in targets.targets.sorted(by: { $0.key < $1.key }) {
                let wrong = looksAtTargets ? await problem(client, name, target) : nil
                answer.targets.append(
                    .init(
                        name: name, size: Int64(target.length), sha256: target.hashes.sha256 ?? "",
                        rollbackFrom: target.custom?[ReleaseTargets.rollbackFrom]?.array?.compactMap(\.string) ?? [],
                        problem: wrong))
            }
            return answer
        }

        private func role(_ role: RepositoryRole) -> Answer.Role? {
            let path = "\(scratch)/metadata/\(role).json"
            func read<Value: SignedRole>(_: Value.Type) -> Answer.Role? {
                let file: Metadata<Value>? = (try? RepositoryFolder.read(path, role)) ?? nil
                return file.map {
                    Answer.Role(role: role, version: $0.signed.version, expires: $0.signed.expires.moment)
                }
            }
            return switch role {
            case .root: read(Root.self)
            case .targets: read(Targets.self)
            case .snapshot: read(Snapshot.self)
            case .timestamp: read(TUF.Timestamp.self)
            }
        }
    }
}

/// The metadata of a fleet as a gateway would serve it: what that made anew stands before what was published.
private struct FolderSource: MetadataSource {
    let folder: RepositoryFolder
    let served: ServedFolder

    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? {
        if path == RepositoryRole.timestamp.publishedName(version: 0) { return try timestamp(atMost: limit) }
        guard let name = PublishedName(path) else { return nil }
        if name.role == .snapshot, let own = try DurableFile.read(served.place(.snapshot, name.version), atMost: limit)
        {
            return own
        }
        return try DurableFile.read(folder.publishedPath(name.role, name.version), atMost: limit)
    }

    private func timestamp(atMost limit: Int) throws -> [UInt8]? {
        let published = try DurableFile.read(folder.publishedPath(.timestamp, 0), atMost: limit)
        guard let own = try DurableFile.read(served.place(.timestamp, 0), atMost: limit),
            let served = try? TimestampFile(bytes: own)
        else { return published }
        let version = published.flatMap { try? TimestampFile(bytes: $0) }?.signed.version ?? 0
        return served.signed.version >= version ? own : published
    }
}

/// The files of a fleet's releases, against what was signed.
private struct ReleaseFiles {
    let store: ArtifactStore
    /// Where they lie in the fleet's directory, by version.
    let folders: [String: String]

    /// What is wrong with a file; nil: both what the gateway delivers and what is in the fleet is what was signed.
    func problem(of name: String, _ target: TargetFile) -> String? {
        let parts = name.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] + "/" == ReleaseTargets.prefix, let sha256 = target.hashes.sha256 else {
            return "it is no file of a release, and nobody here has it"
        }
        do throws(ArtifactStoreError) {
            let stored = try store.verify(sha256: sha256)
            if let stored, stored.size != Int64(target.length) { return "\(stored.path) has \(stored.size) bytes" }
            guard let folder = folders[parts[1]] else {
                return stored == nil ? "release \(parts[1]) is not in the fleet any more" : nil
            }
            let path = "\(folder)/\(parts[2])", found = try PayloadFile.measure(path)
            guard found.sha256 == sha256 else { return "\(path) has the SHA-256 \(found.sha256)" }
            return found.size == Int64(target.length) ? nil : "\(path) has \(found.size) bytes"
        } catch {
            return error.message
        }
    }
}
