import FleetCore
import FleetEngine

/// One order of one terminal, carried on from the step at which it stands.
struct PushErrand: Sendable {
    let visit: PushVisit
    let shell: RemoteShell
    let region: DeviceAnswer

    /// The pause after a connection was lost, and between two looks at a terminal that is not through.
    static let pause = Duration.seconds(1)

    init(visit: PushVisit, shell: RemoteShell, region: DeviceAnswer) {
        self.visit = visit
        self.shell = shell
        self.region = region
    }

    var settings: PushSettings { visit.settings }
    var voice: EngineVoice { visit.voice }

    /// Carries an order on until it has ended, or was taken back.
    /// - Parameter look: What the terminal has said just now.
    func carry(_ work: DeviceAnswer.Work, _ look: RemoteAnswer) async throws -> PushVisit.Outcome {
        do {
            guard !work.isWithdrawn else { throw PushFault.orderGone }
            if work.step < .installing {
                try await expectTrusted(work, running: look.version)
                try await bring(work, running: look.version)
                // Its files may have been on their way for hours.
                try await expectTrusted(work, running: look.version)
                try await begin(work)
            }
            if work.step < .confirming { try await awaitInstallation(work) }
            try await confirm(work)
        } catch PushFault.orderGone {
            try await dropIfAsked(work.order)
        } catch let end as PushEnd {
            _ = try await voice.say([.init(generation: work.order.generation, .gaveUp(end.cause))])
        } catch let fault as PushFault where fault != .engineAway {
            visit.note(fault.words)
            let body: Report.Body = fault.isOfLine || fault.isPermanent ? .unreached(fault.cause) : .gaveUp(fault.cause)
            _ = try await voice.say([.init(generation: work.order.generation, body)])
        }
        return .done
    }

    /// Whether the release may be installed over what runs, whatever lies on the terminal already.
    private func expectTrusted(_ work: DeviceAnswer.Work, running: Version?) async throws {
        let trust = visit.trust, artifacts = work.artifacts, release = work.order.release
        if let why = await Blocking.run({ trust.objection(to: artifacts, of: release, over: running) }) {
            throw PushFault.untrusted(why)
        }
    }

    /// An order that was taken back before anything was changed is dropped, which the engine waits for.
    private func dropIfAsked(_ order: Order) async throws {
        let answer = try await voice.say()
        guard let work = answer.work, work.order.generation == order.generation, work.isWithdrawn else { return }
        _ = try await voice.say([.init(generation: order.generation, .dropped)])
    }
}

/// Why an attempt has ended at a terminal that was reached.
struct PushEnd: Error {
    let cause: FailureCause

    /// An end for this reason; a part of it may be a stranger's text.
    init(_ words: String, isPermanent: Bool = false) {
        cause = FailureCause(code: InertText.of(words, characters: PushFault.mostCharacters), isPermanent: isPermanent)
    }

    init(_ cause: FailureCause) { self.cause = cause }
}
