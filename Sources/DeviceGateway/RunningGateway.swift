import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// A gateway that takes requests.
public struct RunningGateway: Sendable {
    /// How long requests under way may go on once the gateway is to stop.
    public static let longestDrain = Duration.seconds(10)

    /// The port on which it listens.
    public let port: Int
    private let group: ServiceGroup
    private let task: Task<Void, any Error>
    private let bell: OrderBell

    /// Starts a server and waits until it listens.
    /// - Parameters:
    ///   - longestDrain: How long requests under way may go on once it is to stop.
    ///   - makeServer: Makes it with what it is to call once it listens, with the port.
    /// - Throws: `ListenFailure`, if it cannot have its address; whatever else keeps it from listening.
    package static func start(
        bell: OrderBell, logger: Logger, longestDrain: Duration = longestDrain,
        _ makeServer: (@escaping @Sendable (Int) -> Void) -> any Service
    ) async throws -> RunningGateway {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = makeServer { listening.yield($0) }
        var configuration = ServiceGroupConfiguration(services: [server], logger: logger)
        configuration.maximumGracefulShutdownDuration = longestDrain
        let group = ServiceGroup(configuration: configuration)
        let task = Task {
            // Ends the wait below also if the server never listens.
            defer { listening.finish() }
            try await group.run()
        }
        for await port in ports { return RunningGateway(port: port, group: group, task: task, bell: bell) }
        do {
            try await task.value
        } catch {
            throw ListenFailure(error) ?? error
        }
        throw CancellationError()
    }

    /// Takes no new requests, lets those under way finish, and returns when all have ended; those that take too long are
    /// cut off.
    public func drain() async {
        bell.drain()
        await group.triggerGracefulShutdown()
        // A server that failed before has ended as well.
        _ = await task.result
    }
}
