import FleetCore

/// How an update stands, in the numbers and words that all lists have of it.
extension FleetState {
    /// The devices of an update as they stand now: what a rollback has brought back is not done any more.
    public func shownCounts(of record: UpdateRecord) -> UpdateCounts {
        let tally = record.tally
        let completed = completedCount(of: record.index)
        return UpdateCounts(
            targets: tally.target, done: completed.done, back: completed.back, failed: tally.failures + completed.lost,
            inFlight: tally[.inProgress], retrying: tally[.retrying],
            waiting: tally.waiting, cancelled: tally[.cancelled], skipped: tally[.skipped])
    }

    /// Why an update is held or how it ended; of one that was rolled back, where nothing else is to be said, how many are
    /// back.
    public func shownReason(_ summary: UpdateSummary, of record: UpdateRecord) -> String {
        guard summary.statusText.isEmpty, record.rollback != nil else { return summary.statusText }
        return backText(record)
    }

    /// How many of the devices that an update has changed are back.
    func backText(_ record: UpdateRecord) -> String {
        let count = returnCount(of: record.index)
        return count.of == 0 ? "nothing had changed" : "\(count.back) of \(count.of) back"
    }
}
