import FleetCore
import FleetEngine
import Foundation
import HTTPTypes

/// A stretch of the events.
struct EventPage: Encodable, Sendable {
    /// Ask for what is behind this number next.
    var next: UInt64
    /// The number of the latest fact.
    var latest: UInt64
    var events: [EventLine]
}

/// A release with its files.
struct ReleaseLine: Encodable, Sendable {
    struct File: Encodable, Sendable {
        var name: String
        var size: Int64
        var sha256: String
    }

    var version: String
    var notes: String
    var size: Int64
    var artifacts: [File]

    init(_ release: Release) {
        version = release.version.description
        notes = release.notes
        size = release.size
        artifacts = release.artifacts.map { File(name: $0.name, size: $0.size, sha256: $0.sha256) }
    }
}

/// A stretch of the releases, in the order in which they were added.
struct ReleaseList: Encodable, Sendable {
    var total: Int
    var offset: Int
    var releases: [ReleaseLine]
}

/// A command that was carried out, and is durable. It is the same however often it is sent.
struct CommandAnswer: Encodable, Sendable {
    var command: String
    var object: String
    var outcome = "accepted"
}

extension APIReply {
    /// An answer of this value.
    /// - Parameter basis: The number of the latest fact that it knows of, for `If-Match`.
    static func of(_ value: some Encodable, basis: UInt64? = nil) throws(Problem) -> APIReply {
        var fields: HTTPFields = [.cacheControl: "no-store"]
        if let basis { fields[.eTag] = "\"\(basis)\"" }
        return APIReply(fields: fields, bytes: try Self.encode(value))
    }

    static func encode(_ value: some Encodable) throws(Problem) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Problem(.internalFault, "the answer cannot be written", remedy: "report this")
        }
    }
}
