import FleetCore
import Foundation

/// For how long the metadata of each role counts, as the operator wants it: `tuf/settings.json` in the fleet's directory.
///
/// The metadata itself says when it ends, and not for how long it was made; whoever makes it anew has to know that.
struct RepositorySettings: Equatable {
    /// The most bytes that the file may have.
    private static let mostBytes = 64 << 10
    private var periods: [RepositoryRole: Duration] = [:]

    /// The usual periods.
    init() {}

    private struct Content: Codable {
        var expires: [String: String]
    }

    /// Reads the settings of a repository; one that has no file has the usual ones.
    init(reading path: String) throws(RepositoryRefusal) {
        guard let bytes = try DurableFile.read(path, atMost: Self.mostBytes) else { return }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)) else {
            throw RepositoryRefusal("\(path) cannot be read", remedy: Self.remedy)
        }
        for (name, text) in content.expires {
            guard let role = RepositoryRole(rawValue: name), let period = DurationText.parse(text),
                period >= RoleChange.shortestPeriod
            else { throw RepositoryRefusal("\(path): `\(name)`: `\(text)` is no period", remedy: Self.remedy) }
            periods[role] = period
        }
    }

    private static let remedy = "write it like {\"expires\": {\"timestamp\": \"1d\"}}, or remove it"

    /// For how long a role's metadata is made.
    subscript(role: RepositoryRole) -> Duration {
        get { periods[role] ?? role.standardPeriod }
        set { periods[role] = newValue }
    }

    /// How long before its end metadata of a role is made anew, or whoever signs it is reminded: a third of the period,
    /// for what nobody has to sign by hand a half.
    func margin(_ role: RepositoryRole) -> Duration { self[role] / (role.isOnline ? 2 : 3) }

    /// Whether metadata of a role ends no later than if it were made now: else its period was shortened since. What other
    /// clocks may be ahead makes no difference.
    func isWithinPeriod(_ end: Moment, _ role: RepositoryRole, now: Moment) -> Bool {
        end - now <= self[role] + min(self[role], Self.clockTolerance)
    }

    private static let clockTolerance = Duration.minutes(5)

    /// The file's bytes, the same for the same settings.
    var bytes: [UInt8] {
        let lines = RepositoryRole.allCases.map { "    \"\($0)\": \"\(DurationText.exact(self[$0]))\"" }
        return Array("{\n  \"expires\": {\n\(lines.joined(separator: ",\n"))\n  }\n}\n".utf8)
    }
}
