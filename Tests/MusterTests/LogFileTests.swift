import Foundation
import Synchronization
import Testing

@testable import muster

/// The log of a gateway beside a console: bounded, and nobody waits for it.
@Suite final class LogFileTests {
    private let folder = NSTemporaryDirectory() + "log-" + UUID().uuidString
    private var path: String { "\(folder)/gateway.log" }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Lines of ten bytes.
    private func line(_ number: Int) -> Data { Data("line \(10_000 + number % 10_000)\n".utf8.suffix(10)) }

    private func numbers(_ text: String) -> [Int] {
        text.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    }

    @Test func aFullOneBecomesTheOlderOneAndNoMoreAreKept() throws {
        let log = try #require(LogFile(path: path, mostBytes: 105))
        for number in 0..<57 { #expect(log.append(line(number))) }
        let older = numbers(text(log.olderPath)), newer = numbers(text(path))
        #expect(older.count == 10 && newer.count == 7)
        #expect((older + newer).map { $0 % 10_000 } == Array(40..<57))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["gateway.log", "gateway.log.1"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func oneThatIsOpenedAgainGoesOnAndKeepsItsBound() throws {
        for number in 0..<25 {
            // Each time by another process, as it were.
            #expect(try #require(LogFile(path: path, mostBytes: 100)).append(line(number)))
        }
        #expect(text(path).utf8.count == 50 && text(path + ".1").utf8.count == 100)
        // One that was written without a bound.
        try Data(repeating: 0x61, count: 5000).write(to: URL(filePath: path))
        let log = try #require(LogFile(path: path, mostBytes: 100))
        #expect(log.append(line(7)))
        #expect(Data(text(path).utf8) == line(7) && text(path + ".1").utf8.count == 5000)
    }

    @Test func aFullDiskLosesLinesAndNothingElse() throws {
        let log = try #require(LogFile(path: "/dev/full"))
        #expect(!log.append(line(1)) && !log.append(line(2)))
        // A folder in which no new one can be: the bound is kept, and it goes on when it can.
        let other = try #require(LogFile(path: path, mostBytes: 15))
        #expect(other.append(line(1)))
        try FileManager.default.createDirectory(atPath: path + ".1/in-the-way", withIntermediateDirectories: true)
        #expect(!other.append(line(2)) && Data(text(path).utf8) == line(1))
        try FileManager.default.removeItem(atPath: path + ".1")
        #expect(other.append(line(3)))
        #expect(Data(text(path).utf8) == line(3) && Data(text(path + ".1").utf8) == line(1))
    }

    @Test func oneThatSomebodyTookAwayIsMadeAgain() throws {
        let log = try #require(LogFile(path: path, mostBytes: 15))
        #expect(log.append(line(1)))
        try FileManager.default.removeItem(atPath: path)
        #expect(log.append(line(2)))
        #expect(Data(text(path).utf8) == line(2))
    }

    @Test func nobodyWaitsForAWriterThatIsStuckAndWhatIsLeftOutIsCounted() throws {
        let gate = DispatchSemaphore(value: 0)
        let written = Mutex<[Data]>([])
        let queue = LogQueue { line in
            if written.withLock({ $0.isEmpty }) { gate.wait() }
            written.withLock { $0.append(line) }
        }
        let long = Data(repeating: 0x61, count: 1 << 20)
        for _ in 0..<10 { queue.add(long) }
        gate.signal()
        queue.flush()
        let lines = written.withLock { $0 }
        #expect(lines.count == 5 && lines.filter { $0 == long }.count == 4)
        let notice = try #require(lines.first { $0 != long })
        let fields = try JSONSerialization.jsonObject(with: notice) as? [String: String]
        #expect(fields?["count"] == "6" && fields?["level"] == "warning")
    }
}
