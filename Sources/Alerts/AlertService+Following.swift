import FleetCore
import FleetEngine
import Foundation

/// The thread that follows the journal.
extension AlertService {
    /// How long a journal that could not be read is left alone.
    private static let pauseBehindFailure = Duration.seconds(30)
    /// Facts without an alert after which the cursor is kept all the same, so that a start need not look at them again.
    private static let cursorInterval: UInt64 = 5000

    func follow(_ failure: @Sendable () -> String?) {
        var reading: JournalReading?, toldFailure: String?, retryAt = ContinuousClock.now
        while true {
            let end = shared.withLock { $0.end }
            if ContinuousClock.now >= retryAt || end != nil {
                do throws(FactLogError) {
                    reading = try read(reading)
                } catch {
                    logger.error("the journal cannot be followed for alerts", metadata: ["reason": "\(error)"])
                    (reading, retryAt) = (nil, .now + Self.pauseBehindFailure)
                }
            }
            if let why = failure(), toldFailure == nil {
                toldFailure = why
                tell(.failed(why), behind: reading)
            }
            if case .stopped = end, toldFailure == nil { tell(.stopped, behind: reading) }
            seal(all: end == .stopped)
            guard end == nil else { break }
            _ = followerNews.wait(timeout: .now() + .milliseconds(Int(options.interval.milliseconds)))
        }
        shared.withLock { $0.hasEnded = true }
        wakeWays()
    }

    /// Takes in what is durable, from the cursor on at first.
    private func read(_ reading: JournalReading?) throws(FactLogError) -> JournalReading {
        if var reading {
            take(try reading.follow())
            return reading
        }
        let (cursor, uncleanEnd) = shared.withLock { ($0.outbox.cursor, $0.outbox.uncleanEnd) }
        var findings = JournalReading.Findings(cursor: cursor)
        let begun = try JournalReading(
            openedLog(), fleet: options.fleet, behind: cursor, uncleanEnd: uncleanEnd, findings: &findings)
        take(findings)
        return begun
    }

    private func openedLog() throws(FactLogError) -> any FactLog {
        do { return try openJournal() } catch let error as FactLogError {
            throw error
        } catch {
            throw FactLogError("\(error)", remedy: "")
        }
    }

    private func take(_ findings: JournalReading.Findings) {
        let wanted = findings.alerts.filter(isWanted)
        let known = shared.withLock { $0.outbox.cursor }
        guard !wanted.isEmpty || findings.hasFoundEnd || findings.cursor >= known + Self.cursorInterval else {
            // What needs no keeping is looked at again after a crash, and calls for nothing then either.
            return shared.withLock { $0.outbox.cursor = max(known, findings.cursor) }
        }
        keep { shared in
            shared.outbox.take(wanted, collapse: options.settings.collapse, now: nowMilliseconds)
            shared.outbox.cursor = max(known, findings.cursor)
            if findings.hasFoundEnd { shared.outbox.uncleanEnd = nil }
        }
    }

    private func isWanted(_ alert: Alert) -> Bool {
        AlertKind(rawValue: alert.kind).map(options.settings.kinds.contains) ?? true
    }

    /// Tells of an end of the engine, which no fact tells of.
    private func tell(_ end: EngineEnd, behind reading: JournalReading?) {
        let state = reading?.state ?? FleetState()
        let reader = AlertReader(fleet: options.fleet)
        guard var alert = reader.alert(end, behind: state, at: options.now()), isWanted(alert) else { return }
        // Without a journal that can be read, what was looked at last tells this end from others.
        if reading == nil { alert.id = "\(shared.withLock { $0.outbox.cursor })-\(alert.kind)" }
        keep { $0.outbox.take([alert], collapse: options.settings.collapse, now: nowMilliseconds) }
    }

    private func seal(all: Bool) {
        let now = nowMilliseconds, collapse = options.settings.collapse
        let isDue = shared.withLock { shared in
            var trial = shared.outbox
            return trial.seal(ways, collapse: collapse, now: now, all: all)
        }
        guard isDue else { return }
        keep { _ = $0.outbox.seal(ways, collapse: collapse, now: now, all: all) }
        wakeWays()
    }
}
