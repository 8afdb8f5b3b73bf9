import Cells
import EngineSocket
import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// Lets commands and consoles of other processes reach an engine in this one.
enum CommandSocket {
    /// Listens; ends the engine and the command, with exit code 1, if that cannot be.
    /// - Parameter stopping: What is to happen once somebody who may has asked the engine to end.
    static func start(
        _ host: EngineHost, in directory: String, stopping: @escaping EngineSocketServer.Stopping
    ) throws -> EngineSocketServer {
        do {
            let server = try EngineSocketServer.start(
                in: directory, entry: { host.submit($0, $1, by: $2, completion: $3) },
                seating: { host.seat($0, onNews: $1) }, stopping: stopping)
            host.identify(EngineIdentity(user: UserName.own, process: Int(getpid())))
            server.show(EngineLook(host) { JournalHistory(directory: directory, fleet: $0) })
            host.watchAccess { [weak server] access in admit(access, server) }
            return server
        } catch {
            host.stop()
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw ExitStatus.failed
        }
    }

    /// An engine whose folder others cannot reach works for its owner.
    private static func admit(_ access: AccessSettings, _ server: EngineSocketServer?) {
        do throws(EngineSocketError) {
            try server?.admit(access)
        } catch {
            printError("muster: \(TextWidth.sanitised("\(error)"))")
        }
    }
}
