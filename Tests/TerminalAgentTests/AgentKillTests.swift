import Foundation
import Testing

/// The real `muster agent` is killed at a step that is certain, once at each, and another one goes on: a program of the
/// site says that it has begun, and goes on only when it may.
@Suite(.timeLimit(.minutes(10)), .serialized) struct AgentKillTests {
    private static let till = "till-1"
    private static let fileLength = 400_000

    /// Where the agent is killed, by the name of its stage.
    enum Step: String, CaseIterable, CustomTestStringConvertible {
        case fetching, installing, ready, restarting, checking, restartingBack, checkingBack

        var testDescription: String { rawValue }
        /// Whether the release does not pass its health check.
        var isOnTheWayBack: Bool { self == .restartingBack || self == .checkingBack }
        /// Whether the new release is in use then.
        var isBehindTheSwitch: Bool { self == .restarting || self == .checking }
        /// What holds the agent there: a program, or the pace of the gateway.
        var isHeldByAProgram: Bool { self != .fetching }
    }

    /// Says that a step has begun, by a line with the number of the process, and waits while it is held.
    private static let hold = """
        hold() {
            [ -e "hold-$1" ] || return 0
            echo $$ >> "at-$1"
            while [ -e "hold-$1" ]; do sleep 0.02; done
        }

        """

    private func tills(killedAt step: Step) throws -> ServedTills {
        let tills = try ServedTills([Self.till], fileLength: Self.fileLength)
        func script(_ name: String, _ text: String) throws { try tills.script(Self.till, name, Self.hold + text) }
        try script(
            "install",
            """
            echo begin >> log
            hold installing
            cat "$MUSTER_FILES"/app.bin > "$MUSTER_SLOT"/unpacked
            echo end >> log

            """)
        // It is asked between the installation and the switch too, when the slot is whole.
        try script("busy", "if [ -e \"$MUSTER_SLOT/release.json\" ]; then hold ready; fi\n")
        try script(
            "restart",
            """
            if [ "$MUSTER_GOES_BACK" = 1 ]; then hold restartingBack; else hold restarting; fi
            cat slots/current/release.json > running

            """)
        try script(
            "health",
            """
            if [ "$MUSTER_GOES_BACK" = 1 ]; then hold checkingBack; else hold checking; fi
            [ ! -e "unhealthy-$MUSTER_VERSION" ]

            """)
        if step.isOnTheWayBack { try tills.write("tills/till-1/unhealthy-\(ServedTills.new)", "") }
        if step.isHeldByAProgram { try tills.write("tills/till-1/hold-\(step.rawValue)", "") }
        return tills
    }

    /// The processes that have said that the step has begun.
    private func begun(_ step: Step, _ tills: ServedTills) -> [pid_t] {
        (tills.text("tills/till-1/at-\(step.rawValue)") ?? "").split(separator: "\n").compactMap { pid_t($0) }
    }

    /// Whether a process runs; one that has ended may still be listed until somebody asks how.
    private func lives(_ process: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        guard let end = text.lastIndex(of: ")") else { return false }
        return text[end...].dropFirst(2).first != "Z"
    }

    private func fetched(_ tills: ServedTills) -> Int {
        let path = tills.path("tills/till-1/slots/b/files/app.bin")
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }

    private func waitFor(_ step: Step, _ times: Int, _ tills: ServedTills) throws {
        try tills.wait("\(step.rawValue) has begun, \(times)") {
            step.isHeldByAProgram ? begun(step, tills).count == times : fetched(tills) > 0
        }
    }

    @Test(arguments: Step.allCases) func aKillWhile(step: Step) throws {
        let tills = try tills(killedAt: step)
        try tills.serve(step.isHeldByAProgram ? [] : ["--bytes-per-second-per-device", "40000"])
        try tills.start(Self.till)
        try waitFor(step, 1, tills)
        tills.end(Self.till, by: SIGKILL)

        #expect(try tills.stage(Self.till) == step.rawValue)
        #expect(step.isHeldByAProgram || fetched(tills) < Self.fileLength)
        let inUse = step.isBehindTheSwitch ? ServedTills.new : ServedTills.old
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: inUse, isWhole: true))
        #expect(try tills.standing(Self.till).state == "inProgress")

        try tills.start(Self.till)
        if step.isHeldByAProgram {
            // The next agent takes the step once more, while what the killed one began may still be there.
            try waitFor(step, 2, tills)
            let first = try #require(begun(step, tills).first)
            // But an installation is ended before the next begins.
            #expect(lives(first) == (step != .installing), "\(begun(step, tills))")
            try FileManager.default.removeItem(atPath: tills.path("tills/till-1/hold-\(step.rawValue)"))
        }
        try tills.wait("the update has ended", seconds: 120) {
            // What it runs is told once more behind the last word.
            try tills.status()?.isFinal == true && tills.stage(Self.till) == nil
        }
        let end =
            step.isOnTheWayBack
            ? ServedTills.Standing(state: "failed", reason: "health check failed", runs: ServedTills.old)
            : ServedTills.Standing(state: "completed", reason: "", runs: ServedTills.new)
        #expect(try tills.standing(Self.till) == end, "\(tills.text("tills/till-1/agent.log") ?? "")")
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: end.runs, isWhole: true))
        let log = tills.text("tills/till-1/log") ?? "", once = "begin\nend\n"
        switch step {
        case .installing: #expect(log == "begin\n" + once)
        // A failed health check is tried again by another attempt.
        case .restartingBack, .checkingBack: #expect(log.hasPrefix(once) && log.replacing(once, with: "").isEmpty)
        default: #expect(log == once)
        }
    }
}
