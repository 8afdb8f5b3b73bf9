import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// Shows an engine to those who look once, each on the thread of their own connection.
public final class EngineLook: Sendable {
    private let host: EngineHost
    private let makeHistory: @Sendable (_ fleet: String) -> any FactHistory
    private let history = Mutex<(any FactHistory)?>(nil)

    /// A look at this engine.
    /// - Parameter history: Makes the history of the engine's facts, by the fleet's name.
    public init(_ host: EngineHost, history: @escaping @Sendable (_ fleet: String) -> any FactHistory) {
        self.host = host
        makeHistory = history
    }

    func answer(_ request: LookRequest) -> LookResponse {
        do throws(Refusal) {
            var response = LookResponse(.done)
            switch request.look {
            case .status:
                let host = host
                response.status = try ask { $0.status(host.identity) }
            case .events: try tell(behind: request.after ?? 0, &response)
            case .definition: response.draft = try draft(request.update ?? "")
            case .access: response.access = EngineAccess(try ask { $0.access }, owner: host.identity?.user)
            }
            return response
        } catch {
            return LookResponse(.failed, error)
        }
    }

    private func draft(_ update: String) throws(Refusal) -> Data? {
        try ask { driver in
            guard let record = driver.reading.state.update(update), record.hasNotBegun else { return nil }
            return Data(FactCoder.encode(Fact(at: .distantPast, .updateDrafted(record.definition))))
        }
    }

    private func tell(behind number: UInt64, _ response: inout LookResponse) throws(Refusal) {
        let piece: HistoryPiece
        do {
            piece = try openHistory().piece(after: number, atMost: LookResponse.mostEvents)
        } catch let error as FactLogError {
            throw Refusal(error.message, remedy: error.remedy)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal("\(error)", remedy: "try again")
        }
        let lines = try ask { $0.reading.eventLines(piece.facts, after: number) }
        var bytes = 0
        // The first is always shown, so that whoever asks gets on.
        response.events = Array(
            lines.prefix { line in
                defer { bytes += line.text.utf8.count }
                return bytes < LookResponse.mostBytes
            })
        response.latest = piece.latest
    }

    private func openHistory() throws(Refusal) -> any FactHistory {
        if let known = history.withLock({ $0 }) { return known }
        let made = makeHistory(try ask { $0.reading.state.settings.name })
        history.withLock { $0 = made }
        return made
    }

    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (any EngineDriver) -> Answer
    ) throws(Refusal) -> Answer {
        let answered = DispatchSemaphore(value: 0)
        let found = Mutex<Answer?>(nil)
        host.ask(question) { answer in
            found.withLock { $0 = answer }
            answered.signal()
        }
        let limit = DispatchTime.now() + .seconds(Int(EngineSocketServer.answerDeadline.components.seconds))
        guard answered.wait(timeout: limit) == .success, let answer = found.withLock({ $0 }) else {
            throw Refusal("the engine does not answer now", remedy: "try again")
        }
        return answer
    }
}
