extension UpdateRecord {
    package func write(to writer: inout FactWriter) {
        writer.write(kind, definition, status, pauseReason, statusBeforePause, draftedAt, startedAt, endedAt)
        writer.write(failuresAtCompletion, startsEnded, rollback, retries, gateChangedIn, proposal, proposedAt)
        assignments.write(to: &writer)
        writer.write(phases, currentPhase, tally, regionTallies)
        writer.write(causes.map(CountedCause.init), causesSince.map(DatedCause.init), inFlight, nextStartAt)
    }

    /// - Parameter devices: The registry that the update's assignments speak of.
    init(_ index: UpdateIndex, in devices: DeviceTable, from reader: inout FactReader) throws(DecodingFailure) {
        let kind: Kind = try reader.read()
        let definition: UpdateDefinition = try reader.read()
        let status: UpdateStatus = try reader.read()
        let pauseReason: PauseReason? = try reader.read()
        let statusBeforePause: UpdateStatus = try reader.read()
        self.init(index: index, kind: kind, definition: definition, draftedAt: try reader.read())
        (self.status, self.pauseReason, self.statusBeforePause) = (status, pauseReason, statusBeforePause)
        startedAt = try reader.read()
        endedAt = try reader.read()
        failuresAtCompletion = try reader.read()
        startsEnded = try reader.read()
        rollback = try reader.read()
        retries = try reader.read()
        gateChangedIn = try reader.read()
        proposal = try reader.read()
        proposedAt = try reader.read()
        assignments = try AssignmentTable(in: devices, from: &reader)
        try readCounters(from: &reader)
        if let missing = missing(in: devices) { throw reader.failure(missing) }
    }

    private mutating func readCounters(from reader: inout FactReader) throws(DecodingFailure) {
        phases = try reader.read()
        currentPhase = try reader.read()
        tally = try reader.read()
        regionTallies = try reader.read()
        let counted: [CountedCause] = try reader.read(), dated: [DatedCause] = try reader.read()
        for cause in counted { causes[cause.key] = cause.count }
        for cause in dated { causesSince[cause.code] = cause.since }
        guard causes.count == counted.count, causesSince.count == dated.count else {
            throw reader.failure("causes, each once")
        }
        inFlight = try reader.read()
        nextStartAt = try reader.read()
    }
}

extension UpdateRecord.Kind: FactPart {
    package static var partName: String { "the kind of an update" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .ordinary: writer.write(byte: 0)
        case .rollback(let parent):
            writer.write(byte: 1)
            writer.write(parent)
        case .retry(let parent):
            writer.write(byte: 2)
            writer.write(parent)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .ordinary
        case 1: self = .rollback(of: try reader.read())
        case 2: self = .retry(of: try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}

extension PhaseRecord: FactPart {
    package static var partName: String { "a phase as it went" }
    package func write(to writer: inout FactWriter) {
        writer.write(definition, size, verdict, decidedAt, openedAt, timeoutFrom, soakFrom, isApproved, closedAt, tally)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(definition: try reader.read(), size: try reader.read())
        verdict = try reader.read()
        decidedAt = try reader.read()
        openedAt = try reader.read()
        timeoutFrom = try reader.read()
        soakFrom = try reader.read()
        isApproved = try reader.read()
        closedAt = try reader.read()
        tally = try reader.read()
    }
}

extension Tally: FactPart {
    package static var partName: String { "a tally" }
    package func write(to writer: inout FactWriter) {
        for state in AssignmentState.allCases { writer.write(self[state]) }
        writer.write(turnedBad)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        for state in AssignmentState.allCases { self[state] = try reader.read() }
        turnedBad = try reader.read()
    }
}

/// How often a cause was met in a region.
private struct CountedCause: FactPart {
    var key: UpdateRecord.CauseKey
    var count: Int

    init(_ entry: (key: UpdateRecord.CauseKey, value: Int)) { (key, count) = (entry.key, entry.value) }

    package static var partName: String { "a cause in a region" }
    package func write(to writer: inout FactWriter) { writer.write(key.code, key.region, count) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        key = UpdateRecord.CauseKey(code: try reader.read(), region: try reader.read())
        count = try reader.read()
    }
}

/// When a cause was first met.
private struct DatedCause: FactPart {
    var code: String
    var since: Timestamp

    init(_ entry: (key: String, value: Timestamp)) { (code, since) = (entry.key, entry.value) }

    package static var partName: String { "the first time of a cause" }
    package func write(to writer: inout FactWriter) { writer.write(code, since) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        code = try reader.read()
        since = try reader.read()
    }
}
