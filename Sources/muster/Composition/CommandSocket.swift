import Cells
import EngineSocket
import FleetEngine

/// Lets commands and consoles of other processes reach an engine in this one.
enum CommandSocket {
    /// Listens; ends the engine and the command, with exit code 1, if that cannot be.
    /// - Parameter stopping: What is to happen once somebody asks the engine to end.
    static func start(
        _ host: EngineHost, in directory: String, stopping: @escaping @Sendable () -> Void
    ) throws -> EngineSocketServer {
        do {
            return try EngineSocketServer.start(
                in: directory, entry: { host.submit($0, $1, completion: $2) }, seating: { host.seat($0, onNews: $1) },
                stopping: stopping)
        } catch {
            host.stop()
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw ExitStatus.failed
        }
    }
}
