import FleetCore
import FleetEngine

/// The installation: a job on the terminal, which goes on whatever becomes of the connection.
extension PushErrand {
    /// How often a job is begun whose begin may have been lost with its connection.
    static let mostBegins = 3
    /// How long one question waits for the end of a job.
    private static let wait = Duration.seconds(20)

    /// What names the job of this order on the terminal.
    static func token(_ order: Order, _ purpose: String) -> String {
        "\(order.generation)-\(order.attempt)-\(order.release)-\(purpose)"
    }

    func files(_ work: DeviceAnswer.Work) -> String { "\(settings.folder)/releases/\(work.order.release)" }

    /// The point of no return: from here on the engine takes nothing back. It is durable before anything is begun.
    func begin(_ work: DeviceAnswer.Work) async throws {
        // Asked by itself first, so that what was taken back in time is not begun.
        _ = try await voice.say([], of: work.order)
        _ = try await voice.say([.reached(.installing)], of: work.order)
        try await ignoringTheLine { try await start(settings.install, "install", settings.limits.install, work) }
    }

    func start(
        _ command: PushSettings.Words, _ purpose: String, _ limit: Duration, _ work: DeviceAnswer.Work
    ) async throws {
        let words = PushSettings.filled(
            command, files: files(work), version: "\(work.order.release)", device: visit.target.id)
        _ = try await shell.ask(
            "start", [Self.token(work.order, purpose), "\(limit.wholeSeconds)"] + words,
            within: settings.limits.answer, "the begin of the \(purpose)")
    }

    /// Whether a job was begun is asked of the terminal, not of the connection.
    private func ignoringTheLine(_ work: () async throws -> Void) async throws {
        do { try await work() } catch let fault as PushFault where fault.isOfLine {
            visit.note(fault.words)
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Waits for the end of the installation, however often the connection is lost. How long it may take at most the engine
    /// says, which ends the order then.
    func awaitInstallation(_ work: DeviceAnswer.Work) async throws {
        var begins = 0
        while true {
            _ = try await voice.say([], of: work.order)
            var answer: RemoteAnswer?
            try await ignoringTheLine {
                answer = try await shell.ask(
                    "await", ["\(Self.wait.wholeSeconds)"], within: Self.wait + settings.limits.answer,
                    "the installation")
            }
            guard let answer, let job = answer.job else { continue }
            _ = try await voice.say([.init(.contacted(firmware: nil))])
            switch job.stage {
            case _ where job.order != Self.token(work.order, "install"), .none:
                begins += 1
                guard begins <= Self.mostBegins else { throw PushEnd("the installation does not begin") }
                try await beginAnew(work)
            case .running: continue
            case .lost: throw PushEnd("the terminal stopped during the installation")
            case .ended: return try expectSuccess(job, answer)
            }
        }
    }

    /// Nothing was begun: the connection was lost, or this engine was, just before.
    private func beginAnew(_ work: DeviceAnswer.Work) async throws {
        try await ignoringTheLine {
            guard try await prepare(work, running: nil) == nil else {
                throw PushEnd("the release is not on the terminal any more")
            }
            try await start(settings.install, "install", settings.limits.install, work)
        }
    }

    private func expectSuccess(_ job: RemoteJob, _ answer: RemoteAnswer) throws {
        switch job.code {
        case 0: return
        case 124: throw PushEnd(.installTimedOut)
        default:
            let words = answer.lastWords.map { ": \($0)" } ?? ""
            throw PushEnd("install failed with \(job.code)\(words)")
        }
    }
}
