import Cells
import FleetFiles
import Foundation
import Logging
import TerminalAgent

/// Runs the agent of this machine.
struct AgentRunner {
    private let settings: AgentSettings
    /// The file that they come from.
    private let file: String
    private let token: String
    private let bell = EndBell()
    private let gateway: DDIGateway

    /// Looks at what the settings name on this machine. Ends the command with exit code 2 if something is wrong with it.
    init(_ settings: AgentSettings, file: String) throws {
        self.settings = settings
        self.file = file
        do throws(TokenFile.Failure) { token = try TokenFile.read(settings.gateway.tokenFile) } catch {
            throw Self.refused(error)
        }
        for program in settings.programs where access(program, X_OK) != 0 {
            throw Self.refused("\(program) cannot be run: \(String(cString: strerror(errno)))")
        }
        do {
            gateway = try DDIGateway(settings.gateway, device: settings.device, token: token, bell: bell)
        } catch {
            throw Self.refused(settings.gateway.caFile.map { "\($0) holds no certificates: \(error)" } ?? "\(error)")
        }
    }

    private static func refused(_ why: some CustomStringConvertible) -> any Error {
        printError("muster: \(TextWidth.sanitised(why.description))")
        return ExitStatus.badInput
    }

    private static func failed(_ why: some CustomStringConvertible) -> any Error {
        printError("muster: \(TextWidth.sanitised(why.description))")
        return ExitStatus.failed
    }

    /// Runs until a signal ends it.
    func run() throws {
        // Before anything is made: it would be made there.
        try refuse(AgentGround.problems(inSlotsOf: settings, file: file))
        let log = LogQueue.standardError()
        defer { log.flush() }
        let logger = Logger.jsonLines(to: log)
        let locks = try self.locks()
        let signals = EndSignals(bell)
        let notifier = ServiceNotifier()
        do {
            let agent = try TerminalAgent(settings, try surroundings(logger))
            logger.info(
                "the agent runs", metadata: ["device": "\(settings.device)", "gateway": "\(settings.gateway.url)"])
            notifier?.tell(["READY=1"])
            try agent.run()
        } catch let failure as StorageFailure {
            throw Self.failed(failure)
        } catch let refusal as TrustRefusal {
            throw Self.refused(refusal)
        } catch {
            throw Self.failed("\(error)")
        }
        notifier?.tell(["STOPPING=1"])
        logger.info("the agent has ended")
        withExtendedLifetime((locks, signals)) {}
    }

    /// What keeps any other agent from the state and, with a state of its own, from the slots.
    private func locks() throws -> [AgentLock] {
        try makeStateFolder()
        do {
            let state = try AgentLock(folder: settings.state)
            try SlotPair(SystemDisk(), folder: settings.slots).prepare()
            return [state, try AgentLock(folder: settings.slots)]
        } catch let failure as AgentLock.Failure {
            throw Self.failed(failure)
        } catch let failure as StorageFailure {
            throw Self.failed(failure)
        }
    }

    /// Says what of the folders and files that the settings name would keep the agent from running, and changes nothing.
    /// Ends the command with exit code 2 if there is anything.
    func look() throws {
        try refuse(AgentGround.problems(inSlotsOf: settings, file: file) + AgentGround.problems(of: settings))
    }

    private func refuse(_ problems: [String]) throws {
        for problem in problems { printError("muster: \(TextWidth.sanitised(problem))") }
        if !problems.isEmpty { throw ExitStatus.badInput }
    }

    private func surroundings(_ logger: Logger) throws -> TerminalAgent.Surroundings {
        let trust: any ReleaseTrust
        if let signed = settings.signedReleases {
            trust = try SignedTrust(signed, source: GatewayMetadata(gateway, base: signed.metadataURL), logger: logger)
        } else {
            trust = GatewayTrust()
        }
        return TerminalAgent.Surroundings(
            disk: SystemDisk(), link: gateway, commands: SiteCommands(InstallLock(folder: settings.slots)),
            trust: trust, boot: try MachineBoot.id(), bell: bell, logger: logger)
    }

    private func makeStateFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: settings.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // The folder is to be there after a power cut, as what will be in it.
            try SystemDisk().sync(URL(filePath: settings.state).deletingLastPathComponent().path())
        } catch {
            throw Self.failed("the folder \(settings.state) cannot be made: \(error)")
        }
    }
}

extension AgentSettings {
    /// The site's programs, by their paths.
    var programs: [String] {
        [install, restart?.command, health?.command, version, busy?.command].compactMap { $0?.words[0] }
    }
}

/// Has SIGTERM and SIGINT end the agent.
private final class EndSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ bell: EndBell) {
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { bell.end() }
            source.resume()
            return source
        }
        signal(SIGPIPE, SIG_IGN)
    }
}
