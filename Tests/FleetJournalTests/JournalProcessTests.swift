import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// Processes that hold the journal against each other. `JournalKillTests` kills them while they write.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct JournalProcessTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func oneEngineAtATime() throws {
        let probe = try ProbeProcess("hold", directory.state)
        #expect(try probe.line() == "open 0")
        let failure = #expect(throws: FactLogError.self) { try directory.open(fleet: "probe") }
        #expect(
            failure?.message
                == "another engine runs here: pid \(probe.identifier) on \(ProcessInfo.processInfo.hostName)")
        #expect(failure?.remedy == "`muster console` attaches to it; one engine works on a fleet at a time")
        #expect(try directory.open(.readOnly, fleet: "probe").allFacts == [])
        probe.kill()
        #expect(try probe.line() == nil)
        #expect(try directory.open(fleet: "probe").allFacts == [])
    }

    @Test func anEngineThatRunsIsNotWaitedFor() throws {
        let probe = try ProbeProcess("hold", directory.state)
        #expect(try probe.line() == "open 0")
        let started = ContinuousClock.now
        #expect(throws: FactLogError.self) { try directory.open(fleet: "probe") }
        #expect(ContinuousClock.now - started < EngineLock.patience / 2)
    }

    /// The engine that waits is a process too: it has said nothing while the command has the journal.
    @Test func aCommandIsWaitedFor() throws {
        let command = try ProbeProcess("hold", directory.state, "holder=command")
        #expect(try command.line() == "open 0")
        let engine = try ProbeProcess("hold", directory.state)
        #expect(try engine.line(by: .now + EngineLock.patience / 4) == nil)
        command.finish()
        #expect(try command.end().ending == .exit(0))
        #expect(try engine.line() == "open 0")
        let failure = #expect(throws: FactLogError.self) { try directory.open(fleet: "probe") }
        #expect(failure?.message.hasPrefix("another engine runs here: pid \(engine.identifier) on ") == true)
    }

    @Test func aCommandIsNotWaitedForForEver() throws {
        let command = try ProbeProcess("hold", directory.state, "holder=command")
        #expect(try command.line() == "open 0")
        let started = ContinuousClock.now
        let failure = #expect(throws: FactLogError.self) { try directory.open(fleet: "probe") }
        #expect(ContinuousClock.now - started >= EngineLock.patience)
        #expect(
            failure?.message
                == "a command is at work here: pid \(command.identifier) on \(ProcessInfo.processInfo.hostName)")
        #expect(failure?.remedy == "try again when it has ended")
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
