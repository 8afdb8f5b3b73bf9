import FleetFiles
import Foundation

/// What the agent itself cannot do without, which must not lie where the next order clears everything away.
extension AgentGround {
    /// The folders and files that an agent needs, in the order in which its file names them.
    /// - Parameter file: Its configuration.
    public static func needs(of settings: AgentSettings, file: String) -> [(what: String, path: String)] {
        let signed = settings.signedReleases
        let places: [(String, String?)] = [
            ("the configuration", file), ("the token file", settings.gateway.tokenFile),
            ("the file of authorities", settings.gateway.caFile), ("the state folder", settings.state),
            ("the root of signed releases", signed?.rootFile), ("the folder of signed releases", signed?.folder),
        ]
        return places.compactMap { what, path in path.map { (what, $0) } }
    }

    /// What of them lies in a slot, or is reached through one.
    /// - Parameter file: The agent's configuration.
    public static func problems(inSlotsOf settings: AgentSettings, file: String) -> [String] {
        let folder = PathTrail(settings.slots).end
        let links = (Slot.allCases.map(\.rawValue) + ["current"]).map { "\(folder)/\($0)" }
        let slots = Set(links + links.map { PathTrail($0).end })
        return needs(of: settings, file: file).filter { PathTrail($0.path).leads(into: slots) }.map { what, path in
            "\(what), \(path), lies in a slot, and goes with the next order; put it outside \(settings.slots)"
        }
    }
}

/// Where a path leads through, links followed. What is not there is taken for a plain name.
struct PathTrail {
    /// As many links as the system follows.
    private static let mostLinks = 40

    /// Every place on the way, by its whole path.
    private(set) var places: [String] = []
    /// Where the way ends.
    var end: String { places.last ?? "/" }

    init(_ path: String) {
        var rest = ArraySlice(path.split(separator: "/").map(String.init)), here = "/", links = 0
        while let name = rest.popFirst() {
            guard name != "." else { continue }
            if name == ".." {
                here = Folder.above(here)
                places.append(here)
                continue
            }
            let place = here == "/" ? "/\(name)" : "\(here)/\(name)"
            places.append(place)
            guard links < Self.mostLinks, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place)
            else {
                here = place
                continue
            }
            links += 1
            if target.hasPrefix("/") { here = "/" }
            rest = ArraySlice(target.split(separator: "/").map(String.init)) + rest
        }
        // A link may lead to where its own way has been already.
        if places.last != here { places.append(here) }
    }

    /// Whether it ends at one of these folders, or passes below one.
    func leads(into folders: Set<String>) -> Bool {
        folders.contains(end) || places.contains { place in folders.contains { place.hasPrefix($0 + "/") } }
    }
}
