import ArgumentParser
import Cells
import EngineSocket
import FleetCore
import FleetEngine
import Foundation

/// `muster access`: who may do what in a fleet, and what one is oneself.
struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Show who may do what, what you may do, and who looks on now.",
        discussion: """
            Users and groups have the roles that fleet.yaml gives them under `access:`; root and the user who runs the \
            engine are admins. Who you are, the kernel tells the engine. The engine that runs is asked, which took the \
            roles over when it was started; if fleet.yaml says otherwise since, that is told. If none runs, the files say \
            what you would be.
            """)

    /// How long the engine is waited for.
    private static let patience = Duration.seconds(5)

    @OptionGroup var arguments: FleetArguments

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let place = try FleetPlace(arguments)
        let filed = place.readableSettings?.access
        let answer = try askEngine(place.directory)
        // Whom the engine lets look it tells who else may.
        let inForce = answer?.role == nil ? nil : accessInForce(place.directory)
        let own = LocalUser.own
        let role = answer.map(\.role) ?? (filed ?? AccessSettings()).role(of: owner(own, of: place.directory))
        let report = AccessReport(
            you: own.name, groups: own.groups, role: role?.description, isByTheEngine: answer != nil,
            owner: inForce?.owner ?? ownerName(of: place.directory),
            grants: (inForce?.settings ?? filed).map { AccessReport.grants($0) },
            areGrantsByTheEngine: inForce != nil,
            doFilesDiffer: AccessReport.differ(inForce?.settings, filed), commands: AccessReport.table,
            consoles: answer?.consoles ?? [])
        if json { return try JSONOutput.print(report) }
        for line in report.lines { print(TextWidth.sanitised(line)) }
    }

    /// This user, who owns the state only if the folder says so.
    private func owner(_ user: LocalUser, of directory: String) -> LocalUser {
        var user = user, status = stat()
        user.isOwner = geteuid() == 0 || stat(directory, &status) != 0 || status.st_uid == geteuid()
        return user
    }

    /// Whose the state is, or would be.
    private func ownerName(of directory: String) -> String {
        var status = stat()
        return stat(directory, &status) == 0 ? UserName.of(status.st_uid) : UserName.own
    }

    /// Who may do what at the engine that runs; nil: it does not say.
    private func accessInForce(_ directory: String) -> EngineAccess? {
        do {
            return try EngineSocketClient.access(in: directory, patience: .spoken(answer: Self.patience))
        } catch {
            printError("muster: the engine does not say who else has a role: \(TextWidth.sanitised("\(error)"))")
            return nil
        }
    }

    /// What the engine that runs says; nil: none does. Whom it refuses has no role.
    private func askEngine(_ directory: String) throws -> (role: Role?, consoles: [AccessReport.Console])? {
        let found: AttachedEngine?
        do {
            found = try AttachedEngine.attach(
                to: directory, isReadOnly: true, alias: nil, patience: .spoken(), onNews: {})
        } catch {
            if error.isRefusal { return (nil, []) }
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw ExitStatus.failed
        }
        guard let engine = found else { return nil }
        defer { engine.leave() }
        engine.ask(ViewQuery())
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let news = engine.takeNews()
            if let view = news.view { return (view.ownConsole?.role, AccessReport.consoles(view)) }
            if news.end != nil { return (nil, []) }
            engine.waitForNews(seconds: 1)
        }
        printError("muster: the engine has not answered within \(Self.patience.components.seconds) s")
        throw ExitStatus.failed
    }
}
