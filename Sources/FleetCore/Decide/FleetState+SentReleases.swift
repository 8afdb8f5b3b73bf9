/// What a command would have devices sent.
extension FleetState {
    /// The releases that a command would bring devices to, each once, the oldest first; none for one that sends nothing, or
    /// that cannot be carried out.
    public func releasesSent(by command: Command) -> [Version] {
        switch command {
        case .start(let id), .resume(let id): update(id).map(releasesToCome) ?? []
        case .approve(let id, _): update(id).map(releasesApproved) ?? []
        case .rollBack(let id, _, _): update(id).map(releasesBefore) ?? []
        case .retryFailed(let id): update(id).map(releasesTriedAgain) ?? []
        default: []
        }
    }

    /// Of a rollback each device has a release of its own.
    private func releasesToCome(_ record: UpdateRecord) -> [Version] {
        guard record.goesBack else { return [record.definition.release] }
        return sorted(
            (0..<record.assignments.count).lazy.filter { !record.assignments.state($0).isFinal }.map {
                targetVersion(record.index, $0)
            })
    }

    private func releasesApproved(_ record: UpdateRecord) -> [Version] {
        switch record.proposal?.deed {
        case .rollBack: releasesBefore(record)
        case .retryFailed: releasesTriedAgain(record)
        case .start, nil: releasesToCome(record)
        }
    }

    private func releasesBefore(_ record: UpdateRecord) -> [Version] {
        let targets = (try? rollbackTargets(record)) ?? []
        return sorted(
            targets.lazy.compactMap { device in
                record.assignments.position(of: device).flatMap { returnVersion(record.index, $0) }
            })
    }

    private func releasesTriedAgain(_ record: UpdateRecord) -> [Version] {
        guard record.goesBack else { return [record.definition.release] }
        let targets = (try? retryTargets(record)) ?? []
        return sorted(targets.lazy.compactMap { goal(of: record.index, $0) })
    }

    private func sorted(_ versions: some Sequence<Version>) -> [Version] { Set(versions).sorted() }
}
