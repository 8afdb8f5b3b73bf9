import Alerts
import Cells
import DeviceGateway
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import Foundation
import Logging

/// Runs the alerts of a fleet beside its engine: made before that starts, started behind it, ended behind its end.
final class AlertRunner: Sendable {
    /// nil: the fleet has none.
    private let service: AlertService?
    /// Whether the files say whether it has.
    private let isKnown: Bool
    private let directory: String, fleet: String
    /// Ends what was begun for the log.
    private let flush: @Sendable () -> Void

    /// - Parameter logger: Where it is told what was delivered and what was not.
    /// - Throws: An exit code, if the fleet's alerts cannot be sent, or its journal cannot be read.
    init(
        _ takeover: FleetTakeover, in directory: String, logger: Logger, flush: @escaping @Sendable () -> Void = {}
    ) throws {
        let definition = takeover.definition
        isKnown = takeover.knowsAlerts
        self.directory = directory
        self.flush = flush
        let fleet = definition.settings.name
        self.fleet = fleet
        guard let settings = definition.alerts else {
            service = nil
            return
        }
        try Self.expectUsable(settings)
        service = AlertService(
            Self.options(settings, fleet, directory), factCount: try Self.factCount(directory, fleet: fleet),
            logger: logger, openJournal: { try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly) }
        )
    }

    /// The same with a log of its own in the state folder, for a process that has a screen.
    static func withOwnLog(_ takeover: FleetTakeover, in directory: String) throws -> AlertRunner {
        guard takeover.definition.alerts != nil else {
            return try AlertRunner(takeover, in: directory, logger: Logger(label: "muster"))
        }
        let log = try LogQueue.file("alerts.log", in: directory)
        return try AlertRunner(takeover, in: directory, logger: .jsonLines(to: log), flush: { log.flush() })
    }

    static func options(_ settings: AlertSettings, _ fleet: String, _ directory: String) -> AlertService.Options {
        AlertService.Options(settings: settings, fleet: fleet, directory: directory, now: { WallClock.now })
    }

    /// Ends the command with exit code 2 if what alerts need is not there: found at the start, not when they are needed.
    static func expectUsable(_ settings: AlertSettings) throws {
        for problem in AlertTest.problems(settings) {
            printError("muster: \(TextWidth.sanitised(problem))")
            throw ExitStatus.badInput
        }
    }

    private static func factCount(_ directory: String, fleet: String) throws -> Int {
        do {
            return try FleetReading.patiently(in: directory) {
                guard try SQLiteJournal.exists(in: directory) else { return 0 }
                return try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly).factCount
            }
        } catch {
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw ExitStatus.failed
        }
    }

    /// Begins, once the engine works.
    func start(_ host: EngineHost) {
        guard let service else {
            // What is still to be told waits for a start that knows to whom.
            if isKnown { AlertService.forget(in: directory) }
            return
        }
        service.start { host.failure }
    }

    /// Ends, once the engine has ended.
    /// - Parameter isHandedOver: Whether another process goes on as the engine at once.
    func end(isHandedOver: Bool = false) {
        if let service {
            service.end(isHandedOver: isHandedOver)
            if !isHandedOver { putLogIntoJournal() }
        }
        flush()
    }

    /// Tells of an engine that was to go on and did not, where none runs any more. Instead of a start and an end.
    func tellLoss(_ why: String) {
        service?.start { why }
        service?.end()
        flush()
    }

    /// SQLite's write-ahead log goes into the journal when the last connection to it is closed, unless that could only read,
    /// as that of the alerts: `journal.sqlite` alone is to be the whole journal behind an end in good order. An engine that
    /// has begun meanwhile does it at its own end.
    private func putLogIntoJournal() {
        let journal = try? SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readWrite, holder: .command)
        try? journal?.close()
    }

    /// What it counts, as Prometheus reads it.
    var metrics: [MetricFamily] {
        guard let counts = service?.counts else { return [] }
        func samples(_ counts: [AlertWay: Int]) -> [MetricFamily.Sample] {
            AlertWay.allCases.map { .init(Double(counts[$0] ?? 0), [.init("way", $0.rawValue)]) }
        }
        return [
            MetricFamily("muster_alerts_delivered_total", .counter, "Alerts delivered.", samples(counts.delivered)),
            MetricFamily(
                "muster_alert_attempts_failed_total", .counter, "Attempts at alerts that are tried again.",
                samples(counts.failed)),
            MetricFamily("muster_alerts_given_up_total", .counter, "Alerts given up.", samples(counts.givenUp)),
            MetricFamily(
                "muster_alerts_dropped_total", .counter, "Alerts that went untold, as there were too many.",
                Double(counts.dropped)),
        ]
    }
}
