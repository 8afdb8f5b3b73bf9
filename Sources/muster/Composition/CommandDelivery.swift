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
    /// How many engines one command is brought to that end before they have it.
    private static let mostEngines = 5

    private let place: FleetPlace
    /// Where the fleet's state is kept.
    private var directory: String { place.directory }

    init(_ place: FleetPlace) { self.place = place }

    /// A delivery that reads the fleet's files only if no engine runs.
    init(_ arguments: FleetArguments) throws { place = try FleetPlace(arguments) }

    /// Carries a request out, and returns once that is durable, with what came of it, where its word does not say that.
    /// Ends the command with exit code 2 if it is refused, with 1 if it could not be decided.
    /// - Parameter alone: Called if no engine runs that goes on with it.
    @discardableResult
    func carryOut(_ request: EngineRequest, alone: () -> Void = {}) throws -> String? {
        guard let response = try responses(to: [request], alone: alone).first, response.outcome == .done else {
            throw ExitStatus.badInput
        }
        return response.note
    }

    /// Carries requests out, one after the other, and returns once they are durable, with how many were accepted; says
    /// why the others were refused. Ends the command with exit code 1 at the first that could not be decided.
    func carryOut(all requests: [EngineRequest]) throws -> Int {
        try responses(to: requests).count { $0.outcome == .done }
    }

    private func responses(to requests: [EngineRequest], alone: () -> Void = {}) throws -> [EngineResponse] {
        let responses: [EngineResponse]
        do {
            responses = try decide(requests, try requests.map { try $0.makeCommand() }, alone: alone)
        } catch let refusal as Refusal {
            responses = [EngineResponse(.refused, refusal)]
        } catch let error as EngineSocketError {
            responses = [EngineResponse(.failed, Refusal(error.message, remedy: error.remedy))]
        } catch let error as FactLogError {
            responses = [EngineResponse(.failed, Refusal(error.message, remedy: error.remedy))]
        }
        for response in responses where response.outcome != .done {
            let problem = [response.message, response.remedy].compactMap { $0 }.joined(separator: "; ")
            printError("muster: \(TextWidth.sanitised(problem))")
        }
        if responses.contains(where: { $0.outcome == .failed }) { throw ExitStatus.failed }
        return responses
    }

    private func decide(
        _ requests: [EngineRequest], _ commands: [Command], alone: () -> Void
    ) throws -> [EngineResponse] {
        var responses: [EngineResponse] = []
        var wait = SpokenWait(SpokenWait.doesNotListen, atMost: Self.patience)
        // Who may start no engine waits for the next one where one was there and is gone.
        let awaitsNext = !place.mayStart
        while let request = requests.dropFirst(responses.count).first {
            if let response = try bring(request, awaitsNext: awaitsNext, hasMet: !responses.isEmpty) {
                responses.append(told(response, request))
                guard response.outcome != .failed else { return responses }
                continue
            }
            if awaitsNext, SQLiteJournal.isEngineRunning(in: directory), wait.goesOn() {
                usleep(Self.pause)
                continue
            }
            do {
                let count = responses.count
                let rest = try decideAlone(Array(commands.dropFirst(count)), Array(requests.dropFirst(count)))
                alone()
                return responses + rest
            } catch let error as FactLogError {
                // One that has just started does not listen yet; one that ends does not any more.
                guard SQLiteJournal.isEngineRunning(in: directory), wait.goesOn() else { throw error }
            }
            usleep(Self.pause)
        }
        return responses
    }

    /// Brings a request to the engine that runs, of which it is known that it holds what the files say: to the next one only
    /// once that is known of it too. Nil: none listens.
    private func bring(
        _ request: EngineRequest, awaitsNext: Bool, hasMet: Bool
    ) throws(EngineSocketError) -> EngineResponse? {
        var engines = 0
        while true {
            let process: Int?
            switch try prove(request, awaitsNext: awaitsNext) {
            case .refused(let refusal): return EngineResponse(.refused, refusal)
            case .nobody: return nil
            case .proven(let by): process = by
            }
            do throws(EngineSocketError) {
                return try EngineSocketClient.send(
                    request, to: directory, patience: .spoken(), awaitsNext: awaitsNext,
                    hasMet: hasMet || process != nil, process: process)
            } catch {
                engines += 1
                guard error.isGone, engines < Self.mostEngines else { throw error }
            }
        }
    }

    /// What is known of the engine to which a request would go.
    private enum Proof {
        /// It holds what the files say; the process of that engine, nil: there is nothing to prove, or it is not known.
        case proven(by: Int?)
        case refused(Refusal)
        /// None listens: the next one has still to say it.
        case nobody
    }

    private func prove(_ request: EngineRequest, awaitsNext: Bool) throws(EngineSocketError) -> Proof {
        guard DraftProof.isNeeded(for: request) else { return .proven(by: nil) }
        do throws(EngineSocketError) {
            guard
                let held = try EngineSocketClient.held(
                    request.object, in: directory, patience: .spoken(), awaitsNext: awaitsNext)
            else { return .nobody }
            let refusal = place.draftProof.refusal(request) { _ in held.definition }
            return refusal.map { .refused($0) } ?? .proven(by: held.process)
        } catch {
            // Whom it does not let look it does not let start either, and it says so itself.
            if error.isRefusal { return .proven(by: nil) }
            // One that is gone has said nothing.
            guard error.isGone else { throw error }
            return .nobody
        }
    }

    /// An engine knows what the files said when it started; what is only in them since then is no wrong id.
    private func told(_ response: EngineResponse, _ request: EngineRequest) -> EngineResponse {
        guard response.outcome == .refused, response.message == "there is no update \(request.object)",
            place.readableDefinition?.updates.contains(where: { $0.id == request.object }) == true
        else { return response }
        return EngineResponse(
            .refused,
            Refusal(
                "the engine that runs does not know \(request.object) yet: it is in the files since that started",
                remedy: "start the engine again, so that it takes the files over"))
    }

    /// With the keys of the requests: one that an engine has carried out before it ended is answered and no more.
    private func decideAlone(_ commands: [Command], _ requests: [EngineRequest]) throws -> [EngineResponse] {
        try place.expectOwn()
        var setup = FleetEngineSetup(
            takeover: try place.takeover(), fleet: place.fleet, directory: directory,
            simulationSpeed: FleetEngineSetup.isSimulated(directory) ? 1 : nil, operatorName: UserName.own,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        setup.holder = .command
        setup.owner = place.owner
        let driver = try setup.makeDriver()
        if let refusal = refusal(requests, driver.reading) {
            driver.shutDown()
            return requests.map { _ in EngineResponse(.refused, refusal) }
        }
        let origins = try requests.map { try $0.makeOrigin(UserName.own, user: UserName.own) }
        let inputs = zip(commands, origins).enumerated().map { number, asked in
            EngineInput.command(asked.0, asked.1, ticket: UInt64(number + 1))
        }
        let replies = driver.advance(inputs).filter { $0.ticket > 0 }
        driver.shutDown()
        if let failure = driver.failure {
            return [EngineResponse(.failed, Refusal("the engine has stopped: \(failure)", remedy: "try again"))]
        }
        precondition(replies.count == commands.count, "a command is answered in the step that takes it")
        return replies.map { EngineResponse(refusal: $0.refusal, note: $0.note) }
    }

    /// What the files say is taken over by now, unless the engine refuses it.
    private func refusal(_ requests: [EngineRequest], _ loop: EngineLoop) -> Refusal? {
        for request in requests {
            let refusal = place.draftProof.refusal(request) { update in
                loop.state.update(update).flatMap { $0.hasNotBegun ? $0.definition : nil }
            }
            if let refusal { return refusal }
        }
        return nil
    }
}
