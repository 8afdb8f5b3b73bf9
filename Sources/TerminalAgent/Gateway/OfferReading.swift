import Foundation

/// Reads what a gateway offers. It is another's word: names and numbers are looked at before anything is done by them.
enum OfferReading {
    /// Files of one release, and bytes of one file: far beyond what a terminal has room for.
    static let mostFiles = 1000, longestFile: Int64 = 1 << 40
    /// Bytes of a version.
    static let longestVersion = 128

    private struct Wire: Decodable {
        struct Deployment: Decodable {
            var download, update, maintenanceWindow: String?
            var chunks: [Chunk]

            /// Why it is not to be begun now.
            var heldBack: String? {
                if maintenanceWindow == "unavailable" { return "outside its maintenance window" }
                return [download, update].contains("skip") ? "the gateway holds it back" : nil
            }
        }
        struct Chunk: Decodable {
            var part: String?
            var version: String
            var artifacts: [File]
        }
        struct File: Decodable {
            var filename: String
            var size: Int64
            var hashes: Hashes
            var _links: Links
        }
        struct Hashes: Decodable { var sha256: String }
        struct Links: Decodable {
            var download, http: DDILinkText?
            enum CodingKeys: String, CodingKey {
                case download
                case http = "download-http"
            }
        }
        var id: String
        var deployment: Deployment
    }

    /// Why an answer is no release that could be installed. Nothing of the answer is repeated in it.
    struct Problem: Error, Hashable, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }

        init(_ error: any Error) {
            switch error as? DecodingError {
            case .keyNotFound(let key, let context): self.init("\(Self.place(context, key)) is missing")
            case .valueNotFound(_, let context): self.init("\(Self.place(context)) is missing")
            case .typeMismatch(_, let context), .dataCorrupted(let context):
                self.init(context.codingPath.isEmpty ? "it is no JSON of one" : "\(Self.place(context)) is none")
            default: self.init("it cannot be read")
            }
        }

        private static func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + (key.map { [$0] } ?? []))
                .map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }.joined(separator: ".")
        }
    }

    /// The release in an answer.
    static func release(_ body: Data) throws(Problem) -> OfferedRelease {
        let wire: Wire
        do { wire = try JSONDecoder().decode(Wire.self, from: body) } catch { throw Problem(error) }
        guard let action = UInt32(wire.id) else { throw Problem("its id is no number") }
        guard let first = wire.deployment.chunks.first else { throw Problem("it has no chunks") }
        var files: [OfferedRelease.File] = []
        for file in wire.deployment.chunks.flatMap(\.artifacts) {
            guard let link = file._links.download ?? file._links.http else {
                throw Problem("file \(files.count + 1) has no link")
            }
            files.append(
                .init(name: file.filename, length: file.size, sha256: file.hashes.sha256.lowercased(), url: link.href))
        }
        var release = OfferedRelease(action: action, version: first.version, part: first.part ?? "", files: files)
        release.heldBack = wire.deployment.heldBack
        if let problem = problem(with: release) { throw problem }
        return release
    }

    /// Why names do not mean files of one folder, each its own, or numbers cannot be meant; nil: nothing is wrong with them.
    static func problem(with release: OfferedRelease) -> Problem? {
        guard isPlain(release.version, atMost: longestVersion), !isWay(release.version) else {
            return Problem("its version is none")
        }
        guard !release.files.isEmpty else { return Problem("it has no files") }
        guard release.files.count <= mostFiles else { return Problem("it has more than \(mostFiles) files") }
        guard Set(release.files.map(\.name)).count == release.files.count else {
            return Problem("two of its files have one name")
        }
        for (index, file) in release.files.enumerated() {
            if let part = problemPart(of: file) { return Problem("the \(part) of file \(index + 1) is none") }
        }
        return nil
    }

    /// Whether it leads elsewhere as a part of a path: the site's commands are told versions, and may well make folders of
    /// them.
    private static func isWay(_ version: String) -> Bool {
        version.split(separator: "/", omittingEmptySubsequences: false).contains { ["", ".", ".."].contains($0) }
    }

    private static func problemPart(of file: OfferedRelease.File) -> String? {
        let name = file.name
        guard isPlain(name, atMost: 255), !name.contains("/"), ![".", ".."].contains(name) else { return "name" }
        guard (0...longestFile).contains(file.length) else { return "size" }
        let isHash =
            file.sha256.utf8.count == 64
            && file.sha256.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return isHash ? nil : "sha256"
    }

    private static func isPlain(_ text: String, atMost most: Int) -> Bool {
        (1...most).contains(text.utf8.count)
            && !text.unicodeScalars.contains { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            }
    }
}

/// A link of an answer.
struct DDILinkText: Decodable { var href: String }

/// Reads the other answers.
enum PollReading {
    private struct Wire: Decodable {
        struct Config: Decodable {
            struct Polling: Decodable { var sleep: String }
            var polling: Polling
        }
        struct Links: Decodable { var deploymentBase, cancelAction, configData: DDILinkText? }
        var config: Config
        var _links: Links?
    }

    /// What a poll was answered, with the link to a cancel; nil: it is no answer to a poll.
    static func answer(_ body: Data) -> (answer: PollAnswer, cancel: PollAnswer.Link?)? {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: body),
            let interval = duration(wire.config.polling.sleep)
        else { return nil }
        var answer = PollAnswer(interval: interval)
        if let base = wire._links?.deploymentBase {
            guard let link = link(base) else { return nil }
            answer.deployment = link
        }
        answer.wantsAttributes = wire._links?.configData != nil
        guard let cancel = wire._links?.cancelAction else { return (answer, nil) }
        return link(cancel).map { (answer, $0) }
    }

    private static func link(_ text: DDILinkText) -> PollAnswer.Link? {
        let path = text.href.prefix { $0 != "?" }
        return path.split(separator: "/").last.flatMap { UInt32($0) }.map { .init(action: $0, url: text.href) }
    }

    /// `HH:MM:SS`.
    private static func duration(_ text: String) -> Duration? {
        let parts = text.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 3, parts.allSatisfy({ (0...9999).contains($0) }) else { return nil }
        return .seconds(max(1, parts[0] * 3600 + parts[1] * 60 + parts[2]))
    }

    /// Which action is to be dropped.
    static func stopped(_ body: Data) -> UInt32? {
        struct Wire: Decodable {
            struct Cancel: Decodable { var stopId: String }
            var cancelAction: Cancel
        }
        return (try? JSONDecoder().decode(Wire.self, from: body)).flatMap { UInt32($0.cancelAction.stopId) }
    }
}
