import FleetCore
import FleetSimulator
import Foundation

@testable import FleetJournal

extension FuzzReader {
    /// The readers of bytes that `muster` wrote itself, and that a disk may have damaged since.
    static let records = [
        FuzzReader("fact", longestInput: 512) { bytes in
            do {
                let fact = try FactCoder.decode(bytes)
                if bytes[1] == fact.event.kind.formatVersion {
                    try demandSame(FactCoder.encode(fact), bytes, "a fact has one spelling in a format")
                }
                return true
            } catch let failure as DecodingFailure {
                try demand((0...bytes.count).contains(failure.offset), "byte \(failure.offset) of \(bytes.count)")
                try Printable.check(failure.description)
                return false
            }
        },
        FuzzReader("flash-record", longestInput: 512) { bytes in
            guard let record = FlashRecord(bytes: bytes) else { return false }
            try demandSame(FlashRecord(bytes: record.bytes), record, "the record is read back")
            return true
        },
        FuzzReader("record-file", longestInput: 4096, readRecordFile),
    ]

    /// Opens a file of these bytes: its whole records are kept, its torn end is cut off once, and it goes on behind them.
    /// One that is damaged in front of whole records is refused and left as it is.
    @Sendable private static func readRecordFile(_ bytes: [UInt8]) throws -> Bool {
        let path = FileManager.default.temporaryDirectory.path + "/muster-fuzz-\(UUID().uuidString)"
        defer { unlink(path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        guard let file = try? RecordFile(path: path) else {
            try demandSame(Array(Data(contentsOf: URL(fileURLWithPath: path))), bytes, "what is refused is not changed")
            return false
        }
        let kept = try records(of: file), length = kept.reduce(0) { $0 + RecordFile.headerLength + $1.count }
        try demandSame(length + file.tornBytes, bytes.count, "every byte is kept or cut off")
        try file.append([7])
        file.close()
        let again = try RecordFile(path: path)
        defer { again.close() }
        try demandSame(again.tornBytes, 0, "the torn end is cut off once")
        try demandSame(try records(of: again), kept + [[7]], "the records are kept")
        return !kept.isEmpty
    }

    private static func records(of file: RecordFile) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        try file.replay { records.append($0) }
        return records
    }
}
