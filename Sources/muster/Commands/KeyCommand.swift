import ArgumentParser
import Cells
import FleetCore
import ReleaseRepository

/// `muster key`: the keys by which the releases of a fleet are signed.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Draw, list, replace and take back the keys by which releases are signed.",
        discussion: """
            A fleet's releases are signed by The Update Framework. Its repository has four roles, each with keys of its \
            own: root says which keys count, targets which files the releases have, snapshot and timestamp that nobody is \
            shown old metadata. It lies in tuf/ in the fleet's directory, without any private key.

            Private keys are PKCS#8 PEM files of mode 0600 in keys/ of the state folder, or where --keys says. Those of \
            root and targets belong on a machine that devices do not reach: draw them there, and add their public halves \
            here with --public. Those of snapshot and timestamp stay here, for a gateway makes both anew by itself.

            What `new`, `rotate` and `revoke` change is a new version of the root, which waits in tuf/staged/root.json for \
            its signatures; what the keys that are here can sign is signed at once. `muster release publish` publishes it.

            Exit codes: 0 done, 1 a folder cannot be written, 2 bad input.
            """,
        subcommands: [New.self, List.self, Rotate.self, Revoke.self])
}

/// A fleet and the folder of its private keys.
struct RepositoryArguments: ParsableArguments {
    @OptionGroup var arguments: FleetArguments

    @Option(
        help: ArgumentHelp(
            "The folder of private keys.", discussion: "Default: keys/ in the state folder.", valueName: "dir"))
    var keys: String?

    /// The fleet's repository, for commands that change it or look at it now.
    func repository() throws -> ReleaseRepository {
        // Also where --state is named: what is no fleet gets no repository.
        _ = try FleetLoading.name(of: arguments.fleet)
        let state = try FleetPlace(arguments).directory
        return ReleaseRepository(
            fleet: arguments.fleet, state: state, keys: keys.map { KeyFolder(path: $0) } ?? KeyFolder(state: state),
            now: WallClock.now)
    }

    /// Does something with the repository; ends the command with exit code 2 if it is refused, with 1 if a folder cannot
    /// be read or written.
    static func told<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let error as RepositoryRefusal {
            printError("muster: \(TextWidth.sanitised(error.description))")
            throw error.fault == .storage ? ExitStatus.failed : ExitStatus.badInput
        }
    }
}

/// What can be said of a role beside its keys.
struct RoleArguments: ParsableArguments {
    @Option(help: ArgumentHelp("How many of the role's keys have to sign.", valueName: "n"))
    var threshold: Int?

    @Option(
        help: ArgumentHelp("For how long the role's metadata counts, such as 90d; 1m at least.", valueName: "time"),
        transform: RoleArguments.period)
    var expires: Duration?

    @Option(help: ArgumentHelp("What is drawn: ed25519 or ecdsa-p256.", valueName: "type"))
    var type = KeyKind.ed25519

    @Option(
        name: .customLong("public"),
        help: ArgumentHelp(
            "Take this public key (PEM; Ed25519, P-256 or RSA) instead of drawing one; may be repeated.",
            valueName: "file"))
    var publicKeys: [String] = []

    private static func period(_ text: String) throws -> Duration {
        guard let period = DurationText.parse(text) else { throw ValidationError("write it like 90d, 12h or 30m") }
        guard period >= RoleChange.shortestPeriod else {
            throw ValidationError("the least is \(DurationText.exact(RoleChange.shortestPeriod))")
        }
        return period
    }

    func validate() throws {
        guard threshold.map({ $0 > 0 }) ?? true else { throw ValidationError("--threshold is a number above 0") }
    }
}

extension RepositoryRole: ExpressibleByArgument {}
extension KeyKind: ExpressibleByArgument {}

extension KeyCommand {
    /// `muster key new FLEET [ROLE...]`.
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a key for a role, or add a public one; the first time, make the repository.",
            discussion: """
                Without a role a key is drawn for each of the four that has none, which is how a repository begins. \
                --threshold and --expires are of the role that is named.

                A key that is drawn elsewhere (`openssl genpkey -algorithm ed25519 -out key.pem`, a hardware token) comes \
                by its public half: `openssl pkey -in key.pem -pubout -out public.pem`, then --public public.pem.
                """)

        @OptionGroup var repository: RepositoryArguments

        @Argument(help: "root, targets, snapshot or timestamp.")
        var role: [RepositoryRole] = []

        @OptionGroup var options: RoleArguments

        func validate() throws {
            let isOfOne = options.threshold != nil || options.expires != nil || !options.publicKeys.isEmpty
            guard role.count == 1 || !isOfOne else {
                throw ValidationError("--threshold, --expires and --public are of one role: name it")
            }
        }

        func run() throws {
            try KeyCommand.change(repository) { repository in
                let roles = role.isEmpty ? try repository.rolesWithoutKeys() : role
                return roles.map { role in
                    RoleChange(
                        role, drawnKey: options.publicKeys.isEmpty ? options.type : nil,
                        publicKeys: options.publicKeys, threshold: options.threshold,
                        period: options.expires)
                }
            }
        }
    }

    /// `muster key rotate FLEET ROLE [KEY]`.
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new key in the place of one; with --renew sign the root anew and replace none.",
            discussion: """
                The new version of the root is signed by the keys of the old one and by its own, so that devices follow \
                from the one to the other. Metadata that only the old key has signed is made anew when it is published. \
                Keep the old key until then: after that it is worth nothing, and its file can be removed.
                """)

        @OptionGroup var repository: RepositoryArguments

        @Argument(help: "root, targets, snapshot or timestamp.")
        var role: RepositoryRole

        @Argument(help: "The key that goes, by its id or the beginning of it; not needed where the role has one.")
        var key: String?

        @OptionGroup var options: RoleArguments

        @Flag(help: "Replace no key: a new version of the root with a new end, and with what the other options say.")
        var renew = false

        func validate() throws {
            guard !renew || key == nil && options.publicKeys.isEmpty else {
                throw ValidationError("--renew replaces no key: leave KEY and --public out")
            }
            guard options.publicKeys.count <= 1 else {
                throw ValidationError("one key takes the place of one: name one with --public")
            }
        }

        func run() throws {
            try KeyCommand.change(repository) { repository in
                var change = RoleChange(role, threshold: options.threshold, period: options.expires)
                guard !renew else { return [change] }
                change.removed = try repository.replaceable(key, of: role)
                change.publicKeys = options.publicKeys
                change.drawnKey = options.publicKeys.isEmpty ? options.type : nil
                return [change]
            }
        }
    }

    /// `muster key revoke FLEET KEY`.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a key back: what it signs counts no more, once the new root is published.",
            discussion: """
                A role that is left with fewer keys than have to sign is refused: draw another first, or `muster key \
                rotate`, or lower its --threshold.
                """)

        @OptionGroup var repository: RepositoryArguments

        @Argument(help: "The key, by its id or the beginning of it.")
        var key: String

        @Option(help: ArgumentHelp("Take it from this role alone.", valueName: "role"))
        var role: RepositoryRole?

        @Option(help: ArgumentHelp("How many of the role's remaining keys have to sign.", valueName: "n"))
        var threshold: Int?

        func run() throws {
            try KeyCommand.change(repository) { repository in
                try repository.roles(ofKey: key).filter { role == nil || $0 == role }.map {
                    RoleChange($0, removed: key, threshold: threshold)
                }
            }
        }
    }

    /// Carries changes out, and says what came of them.
    private static func change(
        _ arguments: RepositoryArguments, _ changes: (ReleaseRepository) throws -> [RoleChange]
    ) throws {
        let repository = try arguments.repository()
        let answer = try RepositoryArguments.told { try repository.change(try changes(repository)) }
        for line in answer.lines { print(TextWidth.sanitised(line)) }
    }
}
