import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// Real processes: killed while they write, and holding the journal against each other.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct JournalProcessTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// The twenty rounds go on in one journal, so that each also starts from what a killed process left.
    @Test func whatWasAcknowledgedSurvivesAKill() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let probe = try JournalProbe("append", directory.state)
            #expect(try probe.line() == "open")
            var last = try #require(Int(try probe.line() ?? ""))
            for _ in 0..<Int.random(in: 0..<150, using: &random) { last = try #require(Int(try probe.line() ?? "")) }
            probe.kill()
            while let line = try probe.line() { last = try #require(Int(line)) }

            let reader = try directory.open(.readOnly, fleet: "probe")
            let readable = try reader.allFacts
            try reader.close()
            let journal = try directory.open(fleet: "probe")
            let facts = try journal.allFacts
            #expect(readable == facts)
            #expect(facts.count > last)
            #expect(facts.count <= last + 1 + 7, "no more than the commit that was under way")
            #expect(facts == facts.indices.map(Fact.numbered))
            try journal.close()
        }
    }

    @Test func oneEngineAtATime() throws {
        let probe = try JournalProbe("hold", directory.state)
        #expect(try probe.line() == "open")
        let failure = #expect(throws: FactLogError.self) { try directory.open(fleet: "probe") }
        #expect(
            failure?.message
                == "another engine runs here: pid \(probe.processIdentifier) on \(ProcessInfo.processInfo.hostName)")
        #expect(failure?.remedy == "attach to that one, or stop it before you start another")
        #expect(try directory.open(.readOnly, fleet: "probe").allFacts == [])
        probe.kill()
        #expect(try probe.line() == nil)
        #expect(try directory.open(fleet: "probe").allFacts == [])
    }

    @Test func oneEngineAtATimeInOneProcessToo() throws {
        let journal = try directory.open()
        let failure = #expect(throws: FactLogError.self) { try directory.open() }
        #expect(failure?.message.hasPrefix("another engine runs here: pid \(getpid()) ") == true)
        try journal.append([.numbered(0)])
        try journal.close()
        #expect(try directory.open().allFacts == [.numbered(0)])
    }

    @Test func readersSeeWhatIsDurableWhileTheEngineWrites() throws {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        let reader = try directory.open(.readOnly)
        #expect(reader.factCount == 1)
        try journal.append([.numbered(1)])
        #expect(try reader.allFacts == [.numbered(0), .numbered(1)])
        #expect(reader.factCount == 2)
        try journal.append([.numbered(2)])
        try reader.close()
        try journal.append([.numbered(3)])
        #expect(try directory.open(.readOnly).allFacts == (0..<4).map(Fact.numbered))
        try journal.close()
        #expect(try directory.open(.readOnly).allFacts == (0..<4).map(Fact.numbered))
    }
}

/// A process of `Tests/JournalProbe`.
final class JournalProbe {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()
    private var buffer: [UInt8] = []

    init(_ arguments: String...) throws {
        let products = try #require(Bundle.main.executableURL).deletingLastPathComponent()
        process.executableURL = products.appendingPathComponent("JournalProbe")
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = input
        try process.run()
    }

    deinit { kill() }

    var processIdentifier: Int32 { process.processIdentifier }

    func kill() {
        if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// The next whole line it printed; nil once it has ended.
    func line() throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            buffer += more
        }
    }
}
