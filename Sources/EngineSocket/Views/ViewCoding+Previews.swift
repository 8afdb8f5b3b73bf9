import FleetCore
import FleetEngine

extension RollbackPreview: FactPart {
    package static var partName: String { "the blast radius of a rollback" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            update, release, revision, takenAt, targets, changed, inFlight, toCheck, cancelled, offline, impossible,
            impossibleIDs, regions, unchanged, withdrawn, needsSecondPerson)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            update: try reader.read(), release: try reader.read(), revision: try reader.read(),
            takenAt: try reader.read(), targets: try reader.read(), changed: try reader.read(),
            inFlight: try reader.read(), toCheck: try reader.read(), cancelled: try reader.read(),
            offline: try reader.read(), impossible: try reader.read(), impossibleIDs: try reader.read(),
            regions: try reader.read())
        unchanged = try reader.read()
        withdrawn = try reader.read()
        needsSecondPerson = try reader.read()
    }
}

extension StartPreview: FactPart {
    package static var partName: String { "the blast radius of a start" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            update, release, takenAt, targets, statusCounts, skipped, phases, regions, needsSecondPerson)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            update: try reader.read(), release: try reader.read(), takenAt: try reader.read(),
            targets: try reader.read(), statusCounts: try reader.read(), skipped: try reader.read(),
            phases: try reader.read(), regions: try reader.read())
        needsSecondPerson = try reader.read()
    }
}

extension SkipGroup: FactPart {
    package static var partName: String { "devices left out" }
    package func write(to writer: inout FactWriter) { writer.write(reason, count) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(reason: try reader.read(), count: try reader.read())
    }
}

extension PhaseSize: FactPart {
    package static var partName: String { "a phase with its size" }
    package func write(to writer: inout FactWriter) { writer.write(name, size) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(name: try reader.read(), size: try reader.read())
    }
}
