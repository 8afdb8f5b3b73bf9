import FleetCore
import Foundation
import NIOCore
import NIOFoundationCompat

/// Where there is more about an action.
public struct DDILink: Hashable, Sendable {
    /// The action's number.
    public var action: UInt32
    /// The whole address.
    public var href: String
}

/// The answer to a poll.
public struct DDIPoll: Hashable, Sendable {
    /// After which time to poll again.
    public var interval: Duration
    /// What to install; nil: nothing.
    public var deployment: DDILink?
    /// What to drop; nil: nothing.
    public var cancel: DDILink?
    /// Whether the gateway asks for the terminal's attributes.
    public var wantsAttributes: Bool

    init(reading body: ByteBuffer) throws {
        let answer: Wire = try decoded(body, "poll")
        guard let interval = Self.duration(answer.config.polling.sleep) else {
            throw DDIMisunderstanding(expected: "poll")
        }
        self.interval = interval
        deployment = try answer._links.deploymentBase.map(Self.link)
        cancel = try answer._links.cancelAction.map(Self.link)
        wantsAttributes = answer._links.configData != nil
    }

    private static func link(_ link: WireLink) throws -> DDILink {
        let path = link.href.prefix { $0 != "?" }
        guard let action = path.split(separator: "/").last.flatMap({ UInt32($0) }) else {
            throw DDIMisunderstanding(expected: "link to an action")
        }
        return DDILink(action: action, href: link.href)
    }

    /// `HH:MM:SS`.
    private static func duration(_ text: String) -> Duration? {
        let parts = text.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 3 else { return nil }
        return .seconds(parts[0] * 3600 + parts[1] * 60 + parts[2])
    }

    private struct Wire: Decodable {
        struct Config: Decodable {
            struct Polling: Decodable { var sleep: String }
            var polling: Polling
        }
        struct Links: Decodable { var deploymentBase, cancelAction, configData: WireLink? }
        var config: Config
        var _links: Links
    }
}

/// A file of a deployment.
public struct DDIFile: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its size in bytes.
    public var size: Int64
    /// The SHA-256 that its bytes are to have.
    public var sha256: String
    /// Where it is fetched.
    public var href: String
}

/// What to install.
public struct DDIDeployment: Hashable, Sendable {
    /// The action's number.
    public var action: UInt32
    /// The release.
    public var release: Version
    /// Its files, in the order in which they are fetched.
    public var files: [DDIFile]

    /// Bytes of all files together.
    public var size: Int64 { files.reduce(0) { $0 + $1.size } }

    init(reading body: ByteBuffer) throws {
        let answer: Wire = try decoded(body, "deployment")
        guard let action = UInt32(answer.id), let chunk = answer.deployment.chunks.first,
            let release = Version(chunk.version)
        else { throw DDIMisunderstanding(expected: "deployment") }
        self.action = action
        self.release = release
        files = try chunk.artifacts.map { file in
            guard let link = file._links.download ?? file._links.http, file.size >= 0 else {
                throw DDIMisunderstanding(expected: "deployment")
            }
            return DDIFile(name: file.filename, size: file.size, sha256: file.hashes.sha256, href: link.href)
        }
    }

    private struct Wire: Decodable {
        struct Deployment: Decodable { var chunks: [Chunk] }
        struct Chunk: Decodable {
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
            var download, http: WireLink?
            enum CodingKeys: String, CodingKey {
                case download
                case http = "download-http"
            }
        }
        var id: String
        var deployment: Deployment
    }
}

/// Which action is to be dropped.
struct DDICancel {
    var action: UInt32

    init(reading body: ByteBuffer) throws {
        let answer: Wire = try decoded(body, "cancel")
        guard let action = UInt32(answer.cancelAction.stopId) else { throw DDIMisunderstanding(expected: "cancel") }
        self.action = action
    }

    private struct Wire: Decodable {
        struct Cancel: Decodable { var stopId: String }
        var cancelAction: Cancel
    }
}

private struct WireLink: Decodable { var href: String }

private func decoded<Answer: Decodable>(_ body: ByteBuffer, _ expected: String) throws -> Answer {
    do { return try JSONDecoder().decode(Answer.self, from: body) } catch {
        throw DDIMisunderstanding(expected: expected)
    }
}
