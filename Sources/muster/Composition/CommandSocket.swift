import Cells
import EngineSocket
import FleetEngine

/// Lets commands of other processes reach an engine in this one.
enum CommandSocket {
    /// Listens; ends the engine and the command, with exit code 1, if that cannot be.
    static func start(_ host: EngineHost, in directory: String) throws -> EngineSocketServer {
        do {
            return try EngineSocketServer.start(in: directory) { host.submit($0, $1, completion: $2) }
        } catch {
            host.stop()
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw ExitStatus.failed
        }
    }
}
