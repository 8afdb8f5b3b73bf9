import ChildPrograms
import FleetCore
import Foundation
import Synchronization

/// Runs a program for each alert, one at a time: by its list of arguments and no shell, with the JSON on its standard input.
final class CommandHook: AlertRoute {
    /// How long a program may take.
    static let runTime = Duration.seconds(30)
    /// How long it may take to end once it was asked to.
    static let endTime = Duration.seconds(5)
    /// The same when this process ends and waits for it.
    static let calledOffTime = Duration.milliseconds(300)
    /// Bytes of what it says that are told.
    static let mostToldBytes = 2000

    let way = AlertWay.command
    private let command: [String]
    private let runTime: Duration
    private let endTime: Duration
    private let isCancelled = Mutex(false)

    init(_ command: [String], runTime: Duration = CommandHook.runTime, endTime: Duration = CommandHook.endTime) {
        self.command = command
        self.runTime = runTime
        self.endTime = endTime
    }

    func deliver(_ alert: Alert) -> Delivery {
        let child: ChildProcess
        do throws(ChildProcess.Failure) {
            child = try ChildProcess(command, environment: Self.environment(alert), input: AlertBody.json(alert))
        } catch {
            return .failed(error.description)
        }
        let isTooLong = !child.wait(atMost: runTime) { self.isCancelled.withLock { $0 } }
        if isTooLong {
            child.signal(SIGTERM)
            let isCalledOff = isCancelled.withLock { $0 }
            _ = child.wait(atMost: isCalledOff ? Self.calledOffTime : endTime) { false }
        }
        let status = child.end()
        let said = InertText.of(String(decoding: child.output, as: UTF8.self), bytes: Self.mostToldBytes)
        let rest = said.isEmpty ? "" : ": \(said)"
        if isTooLong { return .failed("it did not end within \(runTime.components.seconds) s, and was ended\(rest)") }
        switch status {
        case .exited(0): return .delivered("it ended with 0\(rest)")
        case .exited(let code): return .failed("it ended with \(code)\(rest)")
        case .signalled(let number): return .failed("signal \(number) ended it\(rest)")
        }
    }

    /// All that a program is given of an environment. Texts of devices are not in it, and control characters of others are
    /// replaced: a script may use it without care, the JSON needs a parser anyway.
    static func environment(_ alert: Alert) -> [String] {
        let values = [
            ("ID", alert.id), ("KIND", alert.kind), ("SEVERITY", alert.severity.rawValue), ("FLEET", alert.fleet),
            ("UPDATE", alert.update ?? ""), ("COUNT", "\(alert.count)"), ("TEXT", alert.text),
        ]
        return ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
            + values.map { "MUSTER_ALERT_\($0)=\(InertText.of($1, bytes: AlertBody.longestText))" }
    }

    func cancel() { isCancelled.withLock { $0 = true } }
}
