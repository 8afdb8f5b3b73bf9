import Foundation

/// Reads what a gateway offers. It is another's word: names and numbers are looked at before anything is done by them.
enum OfferReading {
    /// Files of one release, and bytes of one file: far beyond what a terminal has room for.
    static let mostFiles = 1000, longestFile: Int64 = 1 << 40
    /// Bytes of a version.
    static let longestVersion = 128

    private struct Wire: Decodable {
        struct Deployment: Decodable { var chunks: [Chunk] }
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

    /// The release in an answer; nil: it is none that could be installed.
    static func release(_ body: Data) -> OfferedRelease? {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: body), let action = UInt32(wire.id),
            let first = wire.deployment.chunks.first
        else { return nil }
        var files: [OfferedRelease.File] = []
        for file in wire.deployment.chunks.flatMap(\.artifacts) {
            guard let link = file._links.download ?? file._links.http else { return nil }
            files.append(
                .init(name: file.filename, length: file.size, sha256: file.hashes.sha256.lowercased(), url: link.href))
        }
        let release = OfferedRelease(action: action, version: first.version, part: first.part ?? "", files: files)
        return isSound(release) ? release : nil
    }

    /// Whether names mean files of one folder, each its own, and numbers can be meant.
    static func isSound(_ release: OfferedRelease) -> Bool {
        let names = Set(release.files.map(\.name))
        return isPlain(release.version, atMost: longestVersion) && !release.files.isEmpty
            && release.files.count <= mostFiles && names.count == release.files.count
            && release.files.allSatisfy { file in
                isPlain(file.name, atMost: 255) && !file.name.contains("/") && ![".", ".."].contains(file.name)
                    && (0...longestFile).contains(file.length) && file.sha256.utf8.count == 64
                    && file.sha256.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
            }
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
