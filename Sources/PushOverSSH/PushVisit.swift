import FleetCore
import FleetEngine

/// One visit at a terminal: what it runs is asked, and its order, if it has one, is carried on from where it stands.
///
/// Nothing is kept here from one visit to the next: how far an order has come is known by the engine, by what lies on the
/// terminal, and by the job there. So a visit may be cut off anywhere, and the next one goes on.
struct PushVisit: Sendable {
    /// What is to follow.
    enum Outcome: Hashable {
        /// Nothing before the next heartbeat.
        case done
        /// The terminal has an order that wants to be carried on.
        case again
    }

    let target: PushTarget
    let settings: PushSettings
    let voice: EngineVoice
    let files: any PushFileSource
    let trust: any PushTrust
    let ledger: PushLedger
    let pace: RegionPace
    /// Told what an administrator should know.
    let note: @Sendable (String) -> Void

    /// Makes the visit.
    /// - Parameter carries: Whether an order is carried on; if not, it is only asked whether there is one.
    func run(carries: Bool) async -> Outcome {
        do {
            return try await visit(carries: carries)
        } catch {
            // The engine is too busy, or this process ends.
            return carries ? .again : .done
        }
    }

    private func visit(carries: Bool) async throws -> Outcome {
        let before = try await voice.say()
        guard before.standing == .active else { return .done }
        do {
            let shell = RemoteShell(address: try address(), settings: settings)
            let look = try await look(shell)
            let answer = try await greet(look, before)
            guard let work = answer.work else { return .done }
            guard carries else { return .again }
            return try await PushErrand(visit: self, shell: shell, region: answer).carry(work, look)
        } catch let fault as PushFault where fault != .engineAway {
            return try await unreached(fault, before.work)
        }
    }

    private func address() throws(PushFault) -> SSHAddress {
        do throws(SSHAddress.Fault) { return try SSHAddress(target.address) } catch { throw .badAddress(error.message) }
    }

    func look(_ shell: RemoteShell) async throws -> RemoteAnswer {
        let limit = settings.limits.answer
        let words = PushSettings.filled(settings.version, files: "", version: "", device: target.id)
        let answer = try await shell.ask(
            "look", ["\(limit.wholeSeconds)"] + words, within: limit + RemoteShell.slack, "the question what it runs")
        guard answer.job != nil else { throw PushFault.unintelligible }
        return answer
    }

    /// Says that the terminal is there. What it runs while it installs is not known yet, whatever it says.
    private func greet(_ look: RemoteAnswer, _ before: DeviceAnswer) async throws -> DeviceAnswer {
        var reports: [DeviceCall.Body] = []
        let isInstalling = before.work.map { $0.step >= .installing } ?? false
        if let version = look.version, !isInstalling {
            reports.append(.init(.claimed(firmware: version, sent: ledger.sent(of: version, to: target.device))))
        } else {
            reports.append(.init(.contacted(firmware: nil)))
        }
        let known = before.described ?? [], next = described(known, look, isInstalling: isInstalling)
        if next != known { reports.append(.init(.described(next))) }
        return try await voice.say(reports)
    }

    /// What is known of the terminal, with what this look has shown: it was reached, and whether it says what it runs.
    private func described(_ known: [Tag], _ look: RemoteAnswer, isInstalling: Bool) -> [Tag] {
        let reached = known.filter { $0.name != Report.unreachedTag }
        guard !isInstalling else { return reached }
        let others = reached.filter { $0.name != Self.noVersionTag }
        guard look.version == nil else { return others }
        let line = InertText.of(look.versionLine ?? "", characters: Self.mostVersionCharacters)
        let isSilent = line.allSatisfy(\.isWhitespace)
        let why = "the `version` command prints \(isSilent ? "nothing" : "`\(line)`")"
        let next = DeviceAttributes.taken(others + [Tag(Self.noVersionTag, why)])
        if !known.contains(where: { $0.name == Self.noVersionTag && next.contains($0) }) { note("no version: \(why)") }
        return next
    }

    /// Under which name it stands among what is known of a terminal why nobody knows what it runs.
    static let noVersionTag = "no version"
    /// Of what stands there in place of a version so much is shown.
    private static let mostVersionCharacters = 64

    /// Nobody was there, or who was there cannot be trusted. Past the point of no return that ends nothing: the terminal may
    /// be about to restart, and the engine's own deadlines say how long that may take.
    private func unreached(_ fault: PushFault, _ work: DeviceAnswer.Work?) async throws -> Outcome {
        note(fault.words)
        let isInstalling = work.map { $0.step >= .installing } ?? false
        let generation = isInstalling ? nil : work?.order.generation
        if generation != nil || fault.isPermanent {
            _ = try await voice.say([.init(generation: generation, .unreached(fault.cause))])
        }
        return isInstalling ? .again : .done
    }
}

extension RemoteShell {
    /// What a command's own end on the terminal may take beyond its limit.
    static let slack = Duration.seconds(8)
}

extension Duration {
    /// Whole seconds, at least one: as a terminal's `timeout` takes them.
    var wholeSeconds: Int64 { max(1, milliseconds / 1000) }
}
