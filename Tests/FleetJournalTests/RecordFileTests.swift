import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

struct RecordFileTests {
    let directory: TemporaryDirectory
    var path: String { directory.path + "/flash" }
    let records: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 5000), [0xff]]

    init() throws { directory = try TemporaryDirectory() }

    @Test func recordsComeBackInOrder() throws {
        let file = try RecordFile(path: path)
        for record in records { try file.append(record) }
        #expect(try all(of: file) == records)
        file.close()
        let again = try RecordFile(path: path)
        #expect(again.tornBytes == 0)
        try again.append([9])
        #expect(try all(of: again) == records + [[9]])
        #expect(try directory.mode(of: path) == 0o600)
    }

    /// Cut at every byte: the whole records before the cut are there, and the file goes on behind them.
    @Test func aTornEndIsCutOff() throws {
        let short: [[UInt8]] = [[1, 2, 3], [], [0xff]]
        let file = try RecordFile(path: path)
        for record in short { try file.append(record) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let ends = [0, 15, 27, 40]
        #expect(whole.count == 40)
        for length in 0...whole.count {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let torn = try RecordFile(path: path)
            let kept = ends.lastIndex { $0 <= length } ?? 0
            #expect(torn.tornBytes == length - ends[kept])
            try torn.append([5])
            #expect(try all(of: torn) == Array(short.prefix(kept)) + [[5]])
            torn.close()
            #expect(try all(of: RecordFile(path: path)) == Array(short.prefix(kept)) + [[5]])
        }
    }

    /// Cutting there would take whole records away: a flip anywhere in front of them, in a length too, is refused, and
    /// the file is left as it is.
    @Test func damageInFrontOfWholeRecordsIsRefused() throws {
        let short: [[UInt8]] = [[1, 2, 3], [], [0xff], [4, 5]]
        let file = try RecordFile(path: path)
        for record in short { try file.append(record) }
        file.close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let starts = [0, 15, 27, 40]
        #expect(whole.count == 54)
        for place in 0..<40 {
            var bytes = whole
            bytes[place] ^= UInt8(1 << (place % 8))
            try bytes.write(to: URL(fileURLWithPath: path))
            let damaged = try #require(starts.lastIndex { $0 <= place })
            let expected = FactLogError(
                "\(path) is damaged at byte \(starts[damaged]), and whole records follow from byte "
                    + "\(starts[damaged + 1])",
                remedy: "put a backup in its place, or remove it to go on without what it holds")
            #expect(throws: expected, "byte \(place)") { try RecordFile(path: path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        }
    }

    /// Two records are gone, and what is whole lies behind the longest record.
    @Test func damageOfSeveralRecordsIsRefused() throws {
        let file = try RecordFile(path: path)
        for record in records { try file.append(record) }
        file.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(15..<2000, with: [UInt8](repeating: 0, count: 1985))
        try bytes.write(to: URL(fileURLWithPath: path))
        let failure = #expect(throws: FactLogError.self) { try RecordFile(path: path) }
        #expect(failure?.message == "\(path) is damaged at byte 15, and whole records follow from byte 5039")
    }

    /// It looks like a torn end, and no other record is lost with it.
    @Test func aDamagedLastRecordIsCutOff() throws {
        let file = try RecordFile(path: path)
        for record in records { try file.append(record) }
        file.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let again = try RecordFile(path: path)
        #expect(try all(of: again) == Array(records.prefix(3)))
        #expect(again.tornBytes == 13)
    }

    @Test func aClaimedLengthReservesNothing() throws {
        try Data(repeating: 0xff, count: 100).write(to: URL(fileURLWithPath: path))
        let file = try RecordFile(path: path)
        #expect(file.tornBytes == 100)
        #expect(try all(of: file) == [])
    }

    @Test func longRecordsAndClosedFilesAreRefused() throws {
        let file = try RecordFile(path: path)
        let long = [UInt8](repeating: 0, count: RecordFile.maximumLength + 1)
        #expect(throws: FactLogError("a record of 1048577 bytes is too long for \(path)", remedy: "split it")) {
            try file.append(long)
        }
        try file.append(Array(long.dropLast()))
        #expect(try all(of: file).map(\.count) == [RecordFile.maximumLength])
        file.close()
        let closed = FactLogError("\(path) is closed", remedy: "open it again")
        #expect(throws: closed) { try file.append([1]) }
        #expect(throws: closed) { try file.replay { _ in } }
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        let failure = #expect(throws: FactLogError.self) { try RecordFile(path: directory.path + "/none/flash") }
        #expect(failure?.message == "\(directory.path)/none/flash cannot be opened: No such file or directory")
    }

    private func all(of file: RecordFile) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        try file.replay { records.append($0) }
        return records
    }
}
