import Cells
import FleetCore
import FleetEngine

@testable import Console

/// Hand-built views of a fleet that exists only in tests.
enum Fixture {
    /// 2026-09-20T14:02:31Z.
    static let now = Timestamp(milliseconds: 1_789_912_951_000)
    /// The clock of the terminal's side, which is another one.
    static let wall = Timestamp(milliseconds: 5_000_000)

    static let old = Version(4, 12, 0)
    static let new = Version(4, 13, 1)

    static func tally(
        ok: Int = 0, failed: Int = 0, active: Int = 0, retrying: Int = 0, waiting: Int = 0, cancelled: Int = 0,
        skipped: Int = 0
    ) -> Tally {
        var tally = Tally()
        tally[.completed] = ok
        tally[.failed] = failed
        tally[.inProgress] = active
        tally[.retrying] = retrying
        tally[.pending] = waiting
        tally[.cancelled] = cancelled
        tally[.skipped] = skipped
        return tally
    }

    static func summary(
        _ id: String = "RO-1042", status: UpdateStatus = .running, statusText: String = "",
        strategy: String = "progressive", release: Version = new, tally: Tally? = nil, parent: String? = nil
    ) -> UpdateSummary {
        UpdateSummary(
            id: id, title: "Quarterly terminal release", release: release, strategy: strategy, status: status,
            statusText: statusText, startedAt: now - .hours(3), endedAt: nil,
            tally: tally ?? Self.tally(ok: 454, failed: 10, active: 40, waiting: 1896), parent: parent)
    }

    static func state(
        screens: [ConsoleScreenKind] = [.overview], columns: Int = 80, rows: Int = 24, isReadOnly: Bool = false
    ) -> ConsoleState {
        ConsoleState(
            operatorName: "kim", isReadOnly: isReadOnly, screens: screens, size: Size(columns: columns, rows: rows))
    }

    /// An assignment of the update in focus.
    static func assignment(
        _ state: AssignmentState, step: AttemptStep? = nil, progress: Double? = nil, attempt: Int = 1,
        reason: EndReason? = nil, waiting: WaitReason? = nil, since: Duration? = nil, turnedBad: Bool = false,
        update: String = "RO-1042"
    ) -> AssignmentRow {
        let began = since.map { now - $0 }
        return AssignmentRow(
            update: update, release: new, state: state, step: step, progress: progress, attempt: attempt, attempts: 3,
            reason: reason, waiting: waiting, turnedBad: turnedBad, phase: "wave-1", previous: old,
            startedAt: state == .pending ? nil : now - .minutes(20), endedAt: state.isFinal ? began : nil,
            stepSince: state.isFinal ? nil : began, deadline: state == .inProgress ? now + .minutes(30) : nil)
    }

    static func device(
        _ id: String, region: String = "eu-west", status: DeviceStatus = .online, firmware: Version = old,
        seen: Duration = .seconds(40), _ assignment: AssignmentRow? = nil
    ) -> DeviceRow {
        DeviceRow(
            id: id, name: "Gent Veldstraat - Terminal \(id.suffix(1))", region: region, site: "GNT-\(id.suffix(3))",
            location: "Gent, BE", status: status, lifecycle: .active, firmware: firmware,
            lastSeen: status == .unknown ? nil : now - seen, assignment: assignment, timeZone: "Europe/Brussels")
    }

    static func cause(_ code: String) -> EndReason { .failed(FailureCause(code: code, isPermanent: false)) }
}
