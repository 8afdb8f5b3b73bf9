import ArgumentParser
import Cells
import DeviceGateway
import EngineSocket
import FleetCore
import OperatorAPI

/// `muster api-token`: who may ask over HTTP, and for what.
struct APITokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-token", abstract: "Draw, list and take back the tokens by which programs use the API.",
        discussion: """
            `muster serve --api` lets programs that have a token look at the fleet and give commands, each in the role of its \
            token: a viewer looks, an operator runs updates, an admin decides over devices too. What is done with a token \
            stands in the audit under the token's name, and so do its drawing and its end.

            Exit codes: 0 done, 1 it cannot be kept or written down, 2 bad input.
            """,
        subcommands: [Add.self, List.self, Remove.self])

    /// `muster api-token add FLEET NAME --role ROLE`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a token, and print it.",
            discussion: """
                Only its SHA-256 is kept: it is printed this once. It counts at once, also for an engine that runs.
                """)

        @OptionGroup var arguments: FleetArguments
        @Argument(help: "What the token is called in the audit: letters, digits and `-_.@`.")
        var name: String
        @Option(help: ArgumentHelp("viewer, operator or admin.", valueName: "role"))
        var role: TokenRole
        @OptionGroup var why: ReasonArguments

        func validate() throws {
            guard APITokenFile.isName(name) else {
                throw ValidationError(
                    "NAME is 1 to \(APITokenFile.longestName) letters, digits and `-_.@`, without blanks")
            }
        }

        func run() throws {
            let place = try FleetPlace(arguments), directory = place.directory
            try place.expectOwnFiles()
            let token = APIToken(name: name, role: role.role)
            // What is refused here must not stand in the audit as if it had been drawn.
            do throws(CredentialFailure) {
                try APITokenFile.expectRoom(for: token, among: try APITokenFile.owners(in: directory))
            } catch {
                printError("muster: \(TextWidth.sanitised(error.description))")
                throw ExitStatus.badInput
            }
            var request = EngineRequest(.issueAPIToken, name, reason: why.reason)
            request.role = role.role.description
            let delivery = CommandDelivery(place)
            try delivery.carryOut(request)
            try DeviceCommand.Credentials.told {
                do {
                    print(try APITokenFile.issue(token, directory: directory))
                } catch {
                    // The audit says that it was drawn; it has to say too that there is none.
                    _ = try? delivery.carryOut(EngineRequest(.revokeAPIToken, name, reason: "it could not be kept"))
                    throw error
                }
            }
        }
    }

    /// `muster api-token list FLEET`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tokens by name, with their roles.")

        @OptionGroup var arguments: FleetArguments

        @Flag(help: "Print JSON.")
        var json = false

        private struct Row: Encodable {
            var name: String
            var role: String
        }

        func run() throws {
            let directory = try FleetPlace(arguments).directory
            try DeviceCommand.Credentials.told {
                let rows = try APITokenFile.owners(in: directory).map { Row(name: $0.name, role: "\($0.role)") }
                if json { return try JSONOutput.print(rows) }
                var table = Table(["name", "role"])
                table.rows = rows.map { [$0.name, $0.role] }
                for line in table.lines { print(line) }
            }
        }
    }

    /// `muster api-token remove FLEET NAME`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a token back: it is worth nothing from now on, also to an engine that runs.",
            discussion: """
                It ends whatever is wrong with the fleet's files, and whether an engine runs or not.

                Exit codes: 0 done, 1 it cannot be taken back, or that not be written down, 2 there is no such token.
                """)

        @OptionGroup var arguments: FleetArguments
        @Argument(help: "The token's name.")
        var name: String
        @OptionGroup var why: ReasonArguments

        func run() throws {
            let place = try FleetPlace(arguments), directory = place.directory
            try place.expectOwnFiles()
            try DeviceCommand.Credentials.told {
                guard try APITokenFile.owners(in: directory).contains(where: { $0.name == name }) else {
                    printError(
                        "muster: there is no token \(TextWidth.sanitised(name)); `muster api-token list` lists them")
                    throw ExitStatus.badInput
                }
                // First it ends, then it is written down: a token that is to end must not outlive a full disk.
                _ = try APITokenFile.revoke(name, directory: directory)
            }
            let request = EngineRequest(.revokeAPIToken, name, reason: why.reason)
            do {
                try CommandDelivery(place).carryOut(request)
            } catch {
                printError(
                    "muster: all the same the token \(TextWidth.sanitised(name)) is worth nothing any more; "
                        + "only the audit does not say so")
                throw ExitStatus.failed
            }
            print("the token \(name) is worth nothing any more")
        }
    }
}

/// A role on the command line.
struct TokenRole: ExpressibleByArgument {
    let role: Role

    init?(argument: String) {
        guard let role = Role(argument) else { return nil }
        self.role = role
    }

    static var allValueStrings: [String] { Role.allCases.map(\.description) }
}
