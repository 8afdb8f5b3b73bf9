import DeviceGateway
import Foundation
import HTTPTypes

/// Reads what a request says, by what its route allows.
struct RequestReader {
    let route: APIRoute

    /// The segments of a path; nil: one of them stands for nothing.
    static func segments(of path: Substring) -> [String]? {
        guard path.first == "/" else { return nil }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let names = parts.compactMap { PathSegment.name($0, holdsSlashes: true) }
        return names.count == parts.count ? names : nil
    }

    func query(_ text: Substring) throws(Problem) -> [String: JSON] {
        let known = route.parameters(in: .query)
        var found: [String: JSON] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : "") else {
                throw Problem(.badRequest, "the query cannot be read", remedy: "encode it in UTF-8 by percent signs")
            }
            guard let parameter = known.first(where: { $0.name == name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                throw Problem(
                    .badRequest, "there is no parameter \(Self.quoted(name)) here",
                    remedy: names.isEmpty ? "leave the query out" : "the parameters are \(names)")
            }
            guard found[name] == nil else {
                throw Problem(.badRequest, "\(name) is there twice", remedy: "say it once")
            }
            found[name] = try Self.told(parameter) { () throws(APIValue.Mismatch) in try parameter.value.parse(value) }
        }
        return found
    }

    func fields(_ headers: HTTPFields) throws(Problem) -> [String: String] {
        var found: [String: String] = [:]
        for parameter in route.parameters(in: .header) {
            guard let name = HTTPField.Name(parameter.name) else { continue }
            let values = headers[values: name]
            guard let value = values.first else { continue }
            guard values.count == 1 || parameter.name == "Prefer" else {
                throw Problem(.badRequest, "\(parameter.name) is there twice", remedy: "send it once")
            }
            let whole = values.count == 1 ? value : values.joined(separator: ", ")
            _ = try Self.told(parameter) { () throws(APIValue.Mismatch) in try parameter.value.parse(whole) }
            found[parameter.name] = whole
        }
        return found
    }

    /// The members of a body. One that is empty has none.
    func body(_ bytes: [UInt8], type: String?) throws(Problem) -> [String: JSON] {
        let known = route.parameters(in: .body)
        var members: [String: JSON] = [:]
        if !bytes.isEmpty {
            guard type.map(Self.isJSON) ?? false else {
                throw Problem(
                    .wrongType, "the body is not declared as JSON", remedy: "send Content-Type: application/json")
            }
            guard case .object(let found)? = try? JSONDecoder().decode(JSON.self, from: Data(bytes)) else {
                throw Problem(.badRequest, "the body is no JSON object", remedy: "send an object, such as {}")
            }
            members = found
        }
        for name in members.keys.sorted() where !known.contains(where: { $0.name == name }) {
            throw Problem(
                .badRequest, "there is no member \(Self.quoted(name)) in this body",
                remedy: "the members are \(known.map(\.name).joined(separator: ", "))")
        }
        for parameter in known {
            guard let value = members[parameter.name] else {
                guard !parameter.isRequired else {
                    throw Problem(.badRequest, "the body lacks \(parameter.name)", remedy: parameter.text)
                }
                continue
            }
            members[parameter.name] = try Self.told(parameter) { () throws(APIValue.Mismatch) in
                try parameter.value.check(value)
            }
        }
        return members
    }

    private static func told(
        _ parameter: APIParameter, _ read: () throws(APIValue.Mismatch) -> JSON
    ) throws(Problem) -> JSON {
        do throws(APIValue.Mismatch) { return try read() } catch {
            throw Problem(.badRequest, "\(parameter.name) cannot be that", remedy: "it is \(error.expected)")
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        return essence == "application/json"
    }

    /// A name that somebody made up, short and harmless.
    private static func quoted(_ name: String) -> String {
        "`"
            + String(
                name.unicodeScalars.prefix(40).map { $0.properties.generalCategory == .control ? "?" : Character($0) })
            + "`"
    }

    /// A query's name or value: percent-encoded UTF-8, in which a plus sign is a blank.
    private static func decoded(_ text: Substring) -> String? {
        String(text).replacingOccurrences(of: "+", with: " ").removingPercentEncoding
    }
}
