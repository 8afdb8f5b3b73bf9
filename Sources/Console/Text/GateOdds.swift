import FleetCore
import FleetEngine

/// What a gate still needs, in words.
enum GateOdds {
    /// One or two sentences: what passes it, what ends it.
    static func sentences(_ gate: GateView, times: TimeText) -> [String] {
        switch gate.verdict {
        case .passed: return passed(gate, times: times)
        case .failed: return ["Failed: \(failedText(gate))"]
        case .inconclusive where gate.size == 0:
            return ["Inconclusive: no device of it was tried. Resume goes on without it."]
        case .inconclusive:
            return [
                "Inconclusive: fewer than \(NumberText.count(gate.minimumSample, "device")) came to an end in time. "
                    + "An operator decides."
            ]
        case .waiting: return ["The phase has not opened."]
        case .unproven: return [passing(gate), failing(gate)]
        }
    }

    private static func passed(_ gate: GateView, times: TimeText) -> [String] {
        var sentences = ["Passed with \(gate.completed) of \(gate.completed + gate.failed)."]
        if let end = gate.soakEndsAt {
            sentences.append("Soaks until \(times.short(end)); what turns bad until then still counts.")
        }
        if gate.awaitsApproval { sentences.append("An operator must approve.") }
        return sentences
    }

    private static func failedText(_ gate: GateView) -> String {
        let ended = gate.completed + gate.failed
        return "\(gate.failed) of \(ended) failed; \(NumberText.percent(basisPoints: gate.threshold))% "
            + (gate.successesToPass == nil ? "cannot be reached any more." : "was not reached.")
    }

    private static func passing(_ gate: GateView) -> String {
        switch gate.successesToPass {
        case nil: "It cannot pass any more."
        case 0?: "It passes as it stands."
        case let more?:
            "\(more) more \(more == 1 ? "success passes" : "successes pass") it"
                + (gate.demandsConfidence ? ", by the low bound of the 95% interval." : ".")
        }
    }

    private static func failing(_ gate: GateView) -> String {
        let more = gate.failuresToFail
        if more <= 0 { return "It has failed." }
        return more == 1 ? "The next failure ends it." : "\(more) more failures end it."
    }
}
