import FleetCore
import FleetEngine
import Foundation

/// The bodies of answers, as the clients insist on them: ids are strings, sizes are integers.
enum DDIReplies {
    /// How often to call in, and what there is to fetch.
    /// - Parameter deployment: The action to fetch, and a number that changes with its state.
    static func poll(
        base: String, every interval: Duration, deployment: (action: UInt32, state: Int)?, cancel: UInt32?,
        asksForConfig: Bool
    ) -> String {
        var links: [String] = []
        if let (action, state) = deployment {
            links.append(link("deploymentBase", "\(base)/deploymentBase/\(action)?c=\(state + 1)"))
        }
        // No query here: a client appends `/feedback` to it.
        if let cancel { links.append(link("cancelAction", "\(base)/cancelAction/\(cancel)")) }
        if asksForConfig { links.append(link("configData", "\(base)/configData")) }
        return #"{"config":{"polling":{"sleep":"\#(clock(interval))"}},"_links":{\#(links.joined(separator: ","))}}"#
    }

    /// What to install, and where its files are.
    /// - Parameter hashes: Those of each file that are not its release's; nil: they are not known.
    static func deployment(
        base: String, _ order: Order, files: [(artifact: Artifact, hashes: OtherHashes?)], isTLS: Bool
    ) -> String {
        let suffix = isTLS ? "" : "-http"
        let artifacts = files.map { file, others in
            let href = "\(base)/softwaremodules/\(order.generation)/artifacts/\(encoded(file.name))"
            let hashes = others.map { #""sha1":"\#($0.sha1)","md5":"\#($0.md5)","# } ?? ""
            return #"{"filename":"# + quoted(file.name)
                + #","hashes":{\#(hashes)"sha256":"\#(file.sha256)"},"size":\#(file.size),"#
                + #""_links":{"# + link("download\(suffix)", href) + "," + link("md5sum\(suffix)", href + ".MD5SUM")
                + "}}"
        }
        let chunk =
            #"{"part":"os","name":"firmware","version":"# + quoted(order.release.description) + #","artifacts":["#
            + artifacts.joined(separator: ",") + "]}"
        return
            #"{"id":"\#(order.generation)","deployment":{"download":"forced","update":"forced","chunks":[\#(chunk)]}}"#
    }

    /// Which action to drop.
    static func cancel(_ action: UInt32) -> String { #"{"id":"\#(action)","cancelAction":{"stopId":"\#(action)"}}"# }

    /// `HH:MM:SS`, at least a second: a client reads zero as 45 s.
    static func clock(_ interval: Duration) -> String {
        let seconds = min(max(1, interval.components.seconds), 99 * 3600)
        return [seconds / 3600, seconds / 60 % 60, seconds % 60].map(ReplyDate.twoDigits).joined(separator: ":")
    }

    private static func link(_ name: String, _ href: String) -> String { #""\#(name)":{"href":\#(quoted(href))}"# }

    private static func encoded(_ name: String) -> String {
        name.addingPercentEncoding(
            withAllowedCharacters: .urlPathAllowed.subtracting(CharacterSet(charactersIn: "/?#%"))) ?? name
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        // Nearly all texts stand for themselves.
        if text.utf8.allSatisfy({ $0 >= 32 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            return "\"" + text + "\""
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\u{0}"..<" ": result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
