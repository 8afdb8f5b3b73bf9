import FleetCore
import FleetEngine

extension UpdateSummary: FactPart {
    package static var partName: String { "an update in one line" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            id, title, release, strategy, status, statusText, startedAt, endedAt, tally, parent, goesBack, hasLostGate,
            isCancelling, proposal, proposedSet, unsent, back, retriable, isUntouched)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            id: try reader.read(), title: try reader.read(), release: try reader.read(), strategy: try reader.read(),
            status: try reader.read(), statusText: try reader.read(), startedAt: try reader.read(),
            endedAt: try reader.read(), tally: try reader.read(), parent: try reader.read())
        goesBack = try reader.read()
        hasLostGate = try reader.read()
        isCancelling = try reader.read()
        proposal = try reader.read()
        proposedSet = try reader.read()
        unsent = try reader.read()
        back = try reader.read()
        retriable = try reader.read()
        isUntouched = try reader.read()
    }
}

extension UpdateView: FactPart {
    package static var partName: String { "an update in focus" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            summary, currentPhase, phases, gate, causes, previousVersions, selector, rollback, waiting, expectedEnd,
            success, back, lost)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            summary: try reader.read(), currentPhase: try reader.read(), phases: try reader.read(),
            gate: try reader.read(), causes: try reader.read(), previousVersions: try reader.read(),
            selector: try reader.read(), rollback: try reader.read(), waiting: try reader.read(),
            expectedEnd: try reader.read(), success: try reader.read())
        back = try reader.read()
        lost = try reader.read()
    }
}

extension SuccessView: FactPart {
    package static var partName: String { "a success rate" }
    package func write(to writer: inout FactWriter) { writer.write(completed, failed, interval) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(completed: try reader.read(), failed: try reader.read(), interval: try reader.read())
    }
}

extension WaitGroup: FactPart {
    package static var partName: String { "devices that wait" }
    package func write(to writer: inout FactWriter) { writer.write(reason, count) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(reason: try reader.read(), count: try reader.read())
    }
}

extension PhaseRow: FactPart {
    package static var partName: String { "a phase" }
    package func write(to writer: inout FactWriter) { writer.write(name, percent, tally, verdict, openedAt, closedAt) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            name: try reader.read(), percent: try reader.read(), tally: try reader.read(), verdict: try reader.read(),
            openedAt: try reader.read(), closedAt: try reader.read())
    }
}

extension GateView: FactPart {
    package static var partName: String { "a gate" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            phase, verdict, threshold, completed, failed, size, minimumSample, demandsConfidence, requiresApproval,
            rate, interval, successesToPass, failuresToFail, soakEndsAt, soakLength, timeoutAt, awaitsApproval)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            phase: try reader.read(), verdict: try reader.read(), threshold: try reader.read(),
            completed: try reader.read(), failed: try reader.read(), size: try reader.read(),
            minimumSample: try reader.read(), demandsConfidence: try reader.read(), requiresApproval: try reader.read(),
            rate: try reader.read(), interval: try reader.read(), successesToPass: try reader.read(),
            failuresToFail: try reader.read(), soakEndsAt: try reader.read(), soakLength: try reader.read(),
            timeoutAt: try reader.read(), awaitsApproval: try reader.read())
    }
}

extension CauseRow: FactPart {
    package static var partName: String { "a cause" }
    package func write(to writer: inout FactWriter) { writer.write(cause, count, regions) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(cause: try reader.read(), count: try reader.read(), regions: try reader.read())
    }
}

extension RegionCount: FactPart {
    package static var partName: String { "a region with its count" }
    package func write(to writer: inout FactWriter) { writer.write(region, count) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(region: try reader.read(), count: try reader.read())
    }
}

extension RegionRow: FactPart {
    package static var partName: String { "a region" }
    package func write(to writer: inout FactWriter) { writer.write(name, deviceCount, statusCounts, tally) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            name: try reader.read(), deviceCount: try reader.read(), statusCounts: try reader.read(),
            tally: try reader.read())
    }
}
