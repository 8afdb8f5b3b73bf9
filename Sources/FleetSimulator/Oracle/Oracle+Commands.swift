import FleetCore
import FleetEngine

/// Commands, their trace in the audit and their answers (7, 12).
extension Oracle {
    mutating func takeCommand(_ record: CommandRecord, _ outcome: StepAccount.Outcome) {
        endCommand()
        takeKeyAndBasis(record, outcome)
        if outcome == .accepted {
            step.inHand = record
            step.hasEffect = false
        }
        guard step.isSeen else { return ledger.note(Invariant.audit.rawValue) }
        let place = step.commands.firstIndex { $0.outcome == nil && $0.record == record }
        ledger.expect(.audit, place != nil, "the audit has \(record.verb) \(record.object), which nobody asked")
        if let place { step.commands[place].outcome = outcome }
    }

    /// The facts of an accepted command are all there: one at least must be its doing.
    mutating func endCommand() {
        guard let record = step.inHand else { return }
        // One that has a key stands there even if it said nothing new.
        let isNoNews =
            record.origin.key != nil
            && step.commands.contains { $0.record == record && isKnown($0.command) }
        ledger.expect(
            .audit, step.hasEffect || isNoNews, "\(record.verb) \(record.object) was accepted, and did nothing")
        step.inHand = nil
    }

    /// What only an operator may bring about must follow on the operator's accepted command.
    mutating func expectCommand(_ verb: String, _ object: String?, _ what: @autoclosure () -> String) {
        let isBacked = step.inHand?.verb == verb && (object == nil || object == step.inHand?.object)
        if isBacked { step.hasEffect = true }
        ledger.expect(.audit, isBacked, "\(what()), and no accepted command says so")
    }

    mutating func checkReplies(_ replies: [EngineReply]) {
        for reply in replies {
            if let place = step.introductions.firstIndex(where: { $0.ticket == reply.ticket && !$0.isAnswered }) {
                step.introductions[place].isAnswered = true
                check(reply, to: step.introductions[place].introduction)
                continue
            }
            guard let place = step.commands.firstIndex(where: { $0.ticket == reply.ticket && !$0.isAnswered }) else {
                ledger.find(.audit, "ticket \(reply.ticket) was answered, and nobody waits for it")
                continue
            }
            step.commands[place].isAnswered = true
            check(reply, to: step.commands[place])
        }
        for entry in step.introductions where !entry.isAnswered {
            expectLater(.audit, false, "\(entry.introduction.id) introduced itself, and was not answered")
        }
        for command in step.commands where !command.isAnswered {
            expectLater(.audit, false, "\(command.record.verb) \(command.record.object) was not answered")
        }
    }

    private mutating func check(_ reply: EngineReply, to command: StepAccount.CommandAccount) {
        let what = "\(command.record.verb) \(command.record.object)"
        if checkAnswerToRepetition(reply.refusal, isUndecided: reply.isUndecided, command) { return }
        switch (reply.refusal, command.outcome) {
        case (nil, .accepted): ledger.note(Invariant.durability.rawValue)
        case (nil, .refused): ledger.find(.audit, "\(what) was acknowledged, and the audit says it was refused")
        case (nil, nil):
            ledger.expect(.durability, isKnown(command.command), "\(what) was acknowledged before it was durable")
        case (let refusal?, .refused(let written)):
            ledger.expect(.audit, refusal == written, "\(what) was refused for another reason than the audit says")
        case (_?, .accepted): ledger.find(.audit, "\(what) was refused, and the audit says it was accepted")
        // Right only if the engine has stopped: then nothing of the step is durable, the refusal neither.
        case (_?, nil): expectLater(.audit, false, "\(what) was refused, and the audit does not know")
        }
    }

    /// Whether a command says nothing new, so that it leaves no trace.
    private func isKnown(_ command: Command) -> Bool {
        switch command {
        case .configure(let settings): settings == self.settings
        case .addReleases(let added): added.allSatisfy { releases[$0.version]?.artifacts == $0.artifacts }
        case .register(let records): records.allSatisfy(isKnown)
        case .draft(let definition): updateNumbers[definition.id].map { updates[$0].definition } == definition
        default: false
        }
    }

    private func isKnown(_ record: DeviceRecord) -> Bool {
        guard let number = deviceNumbers[record.id] else { return false }
        var known = devices[number].record, asked = record
        // What an operator decided outlives a file that does not know of it.
        switch known.lifecycle {
        case .decommissioned: asked.lifecycle = .decommissioned
        case .active: if asked.lifecycle == .registered { asked.lifecycle = .active }
        case .registered:
            if asked.lifecycle == .active, devices[number].isHeld { asked.lifecycle = .registered }
        }
        // What a device reports itself is not the file's to say.
        known.status = record.status
        known.firmware = record.firmware
        known.lastSeen = nil
        asked.lastSeen = nil
        return known == asked
    }
}
