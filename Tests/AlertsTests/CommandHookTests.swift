import FleetCore
import Foundation
import Testing

@testable import Alerts

/// Programs that do as they are told, fail, hang and fork.
@Suite(.timeLimit(.minutes(10)))
struct CommandHookTests {
    let folder: ScratchFolder
    let alert: Alert

    init() throws {
        folder = try ScratchFolder()
        var alert = Alert(
            "gate-failed", .critical, fleet: "shop", message: "$(touch \(folder.path)/ran) `x`", cause: "c", fact: 7,
            at: Timestamp(milliseconds: 5))
        alert.update = "u"
        self.alert = alert
    }

    private func deliver(_ lines: String, _ arguments: [String] = [], time: Duration = .seconds(20)) throws -> Delivery
    {
        let script = try folder.script("hook", lines)
        return CommandHook([script] + arguments, runTime: time, endTime: .seconds(1)).deliver(alert)
    }

    @Test func itIsGivenTheAlertAndLittleElse() throws {
        setenv("MUSTER_TEST_SECRET", "x", 1)
        let delivery = try deliver(
            "cat >'\(folder.path)/body'; env | sort >'\(folder.path)/env'; pwd; printf '%s|' \"$@\"",
            ["a b", "$HOME", ""])
        #expect(delivery == .delivered("it ended with 0: /\u{FFFD}a b|$HOME||"))
        #expect(folder.text("body") == String(decoding: AlertBody.json(alert), as: UTF8.self))
        let names = folder.text("env").split(separator: "\n").map { $0.prefix { $0 != "=" } }
        #expect(
            Set(names).subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == [
                "PATH", "LANG", "MUSTER_ALERT_ID", "MUSTER_ALERT_KIND", "MUSTER_ALERT_SEVERITY", "MUSTER_ALERT_FLEET",
                "MUSTER_ALERT_UPDATE", "MUSTER_ALERT_COUNT", "MUSTER_ALERT_TEXT",
            ])
        #expect(folder.text("env").contains("MUSTER_ALERT_TEXT=$(touch "))
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/ran"))
    }

    @Test func aCodeOtherThanZeroIsAFailure() throws {
        #expect(try deliver("echo oh >&2; exit 3") == .failed("it ended with 3: oh\u{FFFD}"))
        #expect(try deliver("kill -9 $$") == .failed("signal 9 ended it"))
        let missing = CommandHook(["/nowhere/hook"]).deliver(alert)
        #expect(missing == .failed("/nowhere/hook cannot be started: No such file or directory"))
    }

    @Test func oneThatReadsNothingRaisesNoSignal() throws {
        for _ in 0..<20 { #expect(try deliver("exec <&-; exit 0").isDelivered) }
    }

    @Test func whatItSaysIsBounded() throws {
        let delivery = try deliver("yes 0123456789 | head -c 10000000; exit 1")
        #expect(delivery.text.hasPrefix("it ended with 1: 0123456789"))
        #expect(delivery.text.utf8.count < CommandHook.mostToldBytes + 100)
    }

    /// It asks to end, then ends it, with all that it has started.
    @Test func oneThatHangsAndForksIsEndedWithItsChildren() throws {
        let delivery = try deliver(
            """
            trap '' TERM
            (trap '' TERM; while :; do sleep 0.05; done) &
            echo $! >'\(folder.path)/child'
            while :; do sleep 0.05; done
            """, time: .seconds(1))
        #expect(delivery == .failed("it did not end within 1 s, and was ended"))
        let child = try #require(Int32(folder.text("child").trimmingCharacters(in: .whitespacesAndNewlines)))
        try eventually("the end of the child") { Self.isGone(child) }
    }

    @Test func oneThatIsAskedToEndMayClearUp() throws {
        let delivery = try deliver(
            "trap 'echo bye; exit 0' TERM\nwhile :; do sleep 0.05; done", time: .seconds(1))
        #expect(delivery.text.hasPrefix("it did not end within 1 s, and was ended: "))
        #expect(delivery.text.contains("bye"))
    }

    /// What a program leaves behind in its group does not outlive it, nor hold up what comes next.
    @Test func whatItLeavesBehindIsEnded() throws {
        let delivery = try deliver("sleep 600 &\necho $! >'\(folder.path)/child'")
        #expect(delivery == .delivered("it ended with 0"))
        let child = try #require(Int32(folder.text("child").trimmingCharacters(in: .whitespacesAndNewlines)))
        try eventually("the end of the child") { Self.isGone(child) }
    }

    /// Gone, or dead and not yet taken note of by whoever adopted it.
    private static func isGone(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return status.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    @Test func aCallOffEndsItSoon() throws {
        let script = try folder.script("hook", "while :; do sleep 0.05; done")
        let hook = CommandHook([script])
        let begin = ContinuousClock.now
        Thread.detachNewThread { hook.cancel() }
        #expect(!hook.deliver(alert).isDelivered)
        #expect(ContinuousClock.now - begin < .seconds(10))
    }
}
