import ArgumentParser
import Cells
import ReleaseRepository

extension KeyCommand {
    /// `muster key list FLEET`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the roles with their keys, where the private halves are, and when metadata ends.")

        @OptionGroup var repository: RepositoryArguments

        @Flag(help: "Print JSON.")
        var json = false

        private struct Row: Encodable {
            struct Key: Encodable {
                var id: String
                var kind: String
                @OrNull var privateKey: String?
            }
            var role: String
            var threshold: Int
            var keys: [Key]
            @OrNull var version: Int?
            @OrNull var expires: String?
            var state: String
        }

        private struct Answer: Encodable {
            var roles: [Row]
            var waiting: [String]
        }

        func run() throws {
            let report = try RepositoryArguments.told { try repository.repository().report() }
            if json {
                return try JSONOutput.print(Answer(roles: report.roles.map(Self.row), waiting: report.waiting))
            }
            var table = Table(["role", "needs", "key", "kind", "private half", "#version", "expires", "state"])
            table.columns[4].limit = 100
            table.rows = report.roles.flatMap(Self.lines)
            for line in table.lines + report.waiting { print(TextWidth.sanitised(line)) }
        }

        private static func row(_ role: RepositoryReport.Role) -> Row {
            Row(
                role: role.role.rawValue, threshold: role.threshold,
                keys: role.keys.map { .init(id: $0.id, kind: $0.kind, privateKey: $0.file) }, version: role.version,
                expires: role.expires?.iso, state: role.state.description)
        }

        private static func lines(_ role: RepositoryReport.Role) -> [[String]] {
            let first = [role.role.rawValue, "\(role.threshold) of \(role.keys.count)"]
            let last = [
                role.version.map { "\($0)" } ?? "-", role.expires?.iso ?? "-", role.state.description,
            ]
            guard !role.keys.isEmpty else { return [first + ["-", "-", "-"] + last] }
            return role.keys.enumerated().map { number, key in
                (number == 0 ? first : ["", ""]) + [key.shortID, key.kind, key.file ?? "not here"]
                    + (number == 0 ? last : ["", "", ""])
            }
        }
    }
}
