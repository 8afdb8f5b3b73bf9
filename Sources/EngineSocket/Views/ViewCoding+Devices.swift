import FleetCore
import FleetEngine

extension DeviceRow: FactPart {
    package static var partName: String { "a device in one line" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            id, name, region, site, location, status, lifecycle, firmware, lastSeen, assignment, timeZone, hold,
            isRefused)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            id: try reader.read(), name: try reader.read(), region: try reader.read(), site: try reader.read(),
            location: try reader.read(), status: try reader.read(), lifecycle: try reader.read(),
            firmware: try reader.read(), lastSeen: try reader.read(), assignment: try reader.read(),
            timeZone: try reader.read())
        hold = try reader.read()
        isRefused = try reader.read()
    }
}

extension AssignmentRow: FactPart {
    package static var partName: String { "a device in an update" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            update, release, state, step, progress, attempt, attempts, reason, waiting, turnedBad, phase, previous,
            startedAt, endedAt, stepSince, deadline, isWithdrawn, deferral)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            update: try reader.read(), release: try reader.read(), state: try reader.read(), step: try reader.read(),
            progress: try reader.read(), attempt: try reader.read(), attempts: try reader.read(),
            reason: try reader.read(), waiting: try reader.read(), turnedBad: try reader.read(),
            phase: try reader.read(), previous: try reader.read(), startedAt: try reader.read(),
            endedAt: try reader.read(), stepSince: try reader.read(), deadline: try reader.read())
        isWithdrawn = try reader.read()
        deferral = try reader.read()
    }
}

extension DeviceDetail: FactPart {
    package static var partName: String { "a device in detail" }
    package func write(to writer: inout FactWriter) {
        writer.write(row, address, timeZone, tags, assignments, timeline, sameCause, described, waitsSince)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            row: try reader.read(), address: try reader.read(), timeZone: try reader.read(), tags: try reader.read(),
            assignments: try reader.read(), timeline: try reader.read(), sameCause: try reader.read())
        described = try reader.read()
        waitsSince = try reader.read()
    }
}

extension QueueRow: FactPart {
    package static var partName: String { "a waiting device" }
    package func write(to writer: inout FactWriter) {
        writer.write(number, device, region, update, phase, waiting, timeZone)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            number: try reader.read(), device: try reader.read(), region: try reader.read(), update: try reader.read(),
            phase: try reader.read(), waiting: try reader.read(), timeZone: try reader.read())
    }
}

extension EventRow: FactPart {
    package static var partName: String { "an event" }
    package func write(to writer: inout FactWriter) { writer.write(at, who, text, kind) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(at: try reader.read(), who: try reader.read(), text: try reader.read(), kind: try reader.read())
    }
}

extension Alert: FactPart {
    package static var partName: String { "an alert" }
    package func write(to writer: inout FactWriter) { writer.write(id, severity, text, since) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(id: try reader.read(), severity: try reader.read(), text: try reader.read(), since: try reader.read())
    }
}

extension FirmwareCount: FactPart {
    package static var partName: String { "a version with its count" }
    package func write(to writer: inout FactWriter) { writer.write(version, count) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(version: try reader.read(), count: try reader.read())
    }
}

extension ConsoleSeat: FactPart {
    package static var partName: String { "a console" }
    package func write(to writer: inout FactWriter) { writer.write(number, name, role, isReadOnly, user) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            number: try reader.read(), name: try reader.read(), role: try reader.read(), isReadOnly: try reader.read(),
            user: try reader.read())
    }
}

extension OperatorDeed: FactPart {
    package static var partName: String { "what an operator did" }
    package func write(to writer: inout FactWriter) { writer.write(at, who, text) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(at: try reader.read(), who: try reader.read(), text: try reader.read())
    }
}
