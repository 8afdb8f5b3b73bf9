import Cells
import EngineSocket
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import Foundation

/// Brings a command to a fleet's engine: to the one that runs, or to one of its own that ends with the command.
struct CommandDelivery {
    /// How long an engine that holds the journal may take until it listens, or until it has ended.
    private static let patience = Duration.seconds(10)
    /// How long it is left alone in between, in microseconds.
    private static let pause: UInt32 = 50_000

    let definition: FleetDefinition
    /// Where the fleet's state is kept.
    let directory: String

    init(_ definition: FleetDefinition, _ arguments: FleetArguments) {
        self.definition = definition
        directory = arguments.stateDirectory(definition)
    }

    /// Carries a request out, and returns once that is durable. Ends the command with exit code 2 if it is refused, with
    /// 1 if it could not be decided.
    func carryOut(_ request: EngineRequest) throws {
        let response: EngineResponse
        do {
            response = try decide(request, try request.makeCommand())
        } catch let refusal as Refusal {
            response = EngineResponse(.refused, refusal)
        } catch let error as EngineSocketError {
            response = EngineResponse(.failed, Refusal(error.message, remedy: error.remedy))
        } catch let error as FactLogError {
            response = EngineResponse(.failed, Refusal(error.message, remedy: error.remedy))
        }
        guard response.outcome != .done else { return }
        let problem = [response.message, response.remedy].compactMap { $0 }.joined(separator: "; ")
        printError("muster: \(TextWidth.sanitised(problem))")
        throw response.outcome == .refused ? ExitStatus.badInput : ExitStatus.failed
    }

    private func decide(_ request: EngineRequest, _ command: Command) throws -> EngineResponse {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let response = try EngineSocketClient.send(request, to: directory) {
                return told(response, request)
            }
            do {
                return try decideAlone(command, reason: request.reason)
            } catch let error as FactLogError {
                // One that has just started does not listen yet; one that ends does not any more.
                guard SQLiteJournal.isEngineRunning(in: directory), ContinuousClock.now < deadline else { throw error }
            }
            usleep(Self.pause)
        }
    }

    /// An engine knows what the files said when it started; what is only in them since then is no wrong id.
    private func told(_ response: EngineResponse, _ request: EngineRequest) -> EngineResponse {
        guard response.outcome == .refused, response.message == "there is no update \(request.object)",
            definition.updates.contains(where: { $0.id == request.object })
        else { return response }
        return EngineResponse(
            .refused,
            Refusal(
                "the engine that runs does not know \(request.object) yet: it is in the files since that started",
                remedy: "start the engine again, so that it takes the files over"))
    }

    private func decideAlone(_ command: Command, reason: String) throws -> EngineResponse {
        var setup = FleetEngineSetup(
            definition: definition, directory: directory,
            simulationSpeed: FleetEngineSetup.isSimulated(directory) ? 1 : nil, operatorName: UserName.own,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        setup.holder = .command
        let driver = try setup.makeDriver()
        let origin = Origin(operatorName: UserName.own, source: "command line", reason: reason)
        let reply = driver.advance([.command(command, origin, ticket: 1)]).first { $0.ticket == 1 }
        driver.shutDown()
        if let failure = driver.failure {
            return EngineResponse(.failed, Refusal("the engine has stopped: \(failure)", remedy: "try again"))
        }
        guard let reply else { preconditionFailure("a command is answered in the step that takes it") }
        return EngineResponse(refusal: reply.refusal)
    }
}
