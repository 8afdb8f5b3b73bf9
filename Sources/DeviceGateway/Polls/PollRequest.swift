import FleetCore
import NIOHTTP1

/// A poll as nearly every client sends it: nothing but a device's path, and no field that asks for something special.
///
/// Whatever is not plainly such a poll is none here, and goes the way of all requests; so that nothing has to be
/// understood twice.
struct PollRequest: Equatable {
    var tenant: String
    var id: String
    /// Its `Authorization` field; nil: it has none.
    var authorization: String?
    /// The host that it names; nil: it names none.
    var host: String?

    /// Reads a head; nil: it is no plain poll.
    /// - Parameter longestTarget: Bytes of the longest target that is answered.
    init?(_ head: HTTPRequestHead, longestTarget: Int) {
        guard head.method == .GET, head.version == .http1_1, head.uri.utf8.count <= longestTarget,
            let (tenant, id) = Self.names(in: head.uri)
        else { return nil }
        self.tenant = tenant
        self.id = id
        for (name, value) in head.headers {
            switch Field(name) {
            case .host: host = host ?? value
            case .authorization:
                // Who shows two proofs is judged like everybody by the one way that joins them.
                guard authorization == nil else { return nil }
                authorization = value
            case .special: return nil
            case nil: break
            }
        }
    }

    /// What of a target's bytes is itself wherever it stands (RFC 3986, unreserved).
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static let middle = Array("/controller/v1/".utf8)

    /// The tenant and the device of `/TENANT/controller/v1/ID`; nil: the target is another.
    private static func names(in target: String) -> (tenant: String, id: String)? {
        let bytes = target.utf8
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        let rest = bytes.dropFirst()
        let tenant = rest.prefix(while: isUnreserved), behind = rest[tenant.endIndex...]
        guard behind.starts(with: middle) else { return nil }
        let id = behind.dropFirst(middle.count)
        guard id.count <= DeviceRecord.mostIDBytes, id.allSatisfy(isUnreserved),
            let tenant = PathSegment.name(Substring(tenant)),
            let id = PathSegment.name(Substring(id))
        else { return nil }
        return (tenant, id)
    }

    /// The fields of a request that matter to a poll.
    private enum Field {
        case host, authorization
        /// Fields that say that there is a body, or that the answer or the connection is to be another than usual.
        case special

        init?(_ name: String) {
            // Their lengths tell most fields of clients from these.
            switch name.utf8.count {
            case 4 where Self.matches(name, "host"): self = .host
            case 13 where Self.matches(name, "authorization"): self = .authorization
            case 6 where Self.matches(name, "prefer") || Self.matches(name, "expect"): self = .special
            case 10 where Self.matches(name, "connection"): self = .special
            case 14 where Self.matches(name, "content-length"): self = .special
            case 17 where Self.matches(name, "transfer-encoding"): self = .special
            default: return nil
            }
        }

        /// Whether a name is this one, given in lower case. Bit 32 tells letters apart, and is set in a hyphen; no other
        /// character that a name may hold becomes one of these by it.
        private static func matches(_ name: String, _ known: StaticString) -> Bool {
            known.withUTF8Buffer { known in name.utf8.elementsEqual(known) { $0 | 32 == $1 } }
        }
    }
}
