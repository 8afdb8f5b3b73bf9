import FleetBackup
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import TerminalTesting
import Testing

@testable import muster

/// Backups that are not what was written are refused, with the reason; one that was cut short by a kill is none.
@Suite(.timeLimit(.minutes(10)))
struct BackupDamageTests {
    let fleet: BackupFleet
    private let bytes: [UInt8]

    init() throws {
        fleet = BackupFleet(try PastFleet().scratch)
        _ = try fleet.takeBackup()
        bytes = Array(try Data(contentsOf: URL(filePath: fleet.file())))
    }

    private func refusal(_ bytes: [UInt8]) throws -> String? {
        let file = "\(fleet.scratch.root)/damaged.tar"
        try Data(bytes).write(to: URL(filePath: file))
        do {
            _ = try StateRestore(from: file, others: BackupCommand.others).verify(in: "\(fleet.scratch.root)/proof")
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func theWholeOneIsProven() throws { #expect(try refusal(bytes) == nil) }

    /// Every byte of the first blocks and of the end, and many in between.
    @Test func anyFlippedByteIsRefused() throws {
        let places =
            Array(0..<2048) + Array(stride(from: 2048, to: bytes.count - 3072, by: 331))
            + Array(bytes.count - 3072..<bytes.count)
        for place in places {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            let reason = try refusal(damaged)
            #expect(reason != nil, "byte \(place)")
            if let reason, !reason.contains("is damaged: "), !reason.contains("is a backup of format ") {
                Issue.record("byte \(place): \(reason)")
            }
        }
    }

    @Test func anyCutIsRefused() throws {
        for length in Array(stride(from: 0, to: bytes.count, by: 509)) + [bytes.count - 1] {
            #expect(try refusal(Array(bytes[..<length]))?.contains("is damaged: ") == true, "\(length) bytes")
        }
        #expect(try refusal(bytes + [0])?.contains("does not end behind its last file") == true)
    }

    @Test func aLaterFormatIsRefusedByName() throws {
        let at = try #require(bytes.firstRange(of: Array("\"format\" : 1".utf8))).upperBound - 1
        var later = bytes
        later[at] = UInt8(ascii: "7")
        #expect(
            try refusal(later)?.contains(
                "is a backup of format 7; this muster knows 1; restore it with the muster that")
                == true)
    }

    @Test func aJournalOfALaterMusterIsRefused() throws {
        let state = "\(fleet.scratch.root)/later"
        #expect(try fleet.restore(to: state).code == 0)
        try setSchema(99, in: state)
        let run = try MusterRun(
            ["backup", fleet.scratch.fleet, "\(fleet.scratch.root)/later.tar", "--state", state], fleet.scratch)
        #expect(run.code == 1)
        #expect(run.errors.contains("has schema 99; this muster knows up to 2"), "\(run.errors)")
    }

    private func setSchema(_ version: UInt32, in state: String) throws {
        // The user version of an SQLite file stands at byte 60, the highest first.
        let file = try FileHandle(forWritingTo: URL(filePath: "\(state)/journal.sqlite"))
        try file.seek(toOffset: 60)
        try file.write(contentsOf: withUnsafeBytes(of: version.bigEndian) { Data($0) })
        try file.close()
    }

    /// One with whole hashes, from somebody who adds what an engine would believe.
    @Test func aFileThatDoesNotBelongInItIsRefused() throws {
        let state = "\(fleet.scratch.root)/strange", file = "\(fleet.scratch.root)/strange.tar"
        #expect(try fleet.restore(to: state).code == 0)
        try Data("believe me".utf8).write(to: URL(filePath: "\(state)/checkpoint"))
        _ = try StateBackup(of: state, others: .init(replaced: ["checkpoint"], growing: []), muster: "9.9")
            .take(fleet: "sample-fleet", now: PastFleet.start, to: file, replaces: false)
        let run = try MusterRun(["restore", file, "--verify-only"], fleet.scratch)
        #expect(run.code == 1)
        #expect(
            run.errors == "muster: \(file) has a file checkpoint, which this muster does not know; restore it with the "
                + "muster that took it, 9.9, or a later one\n")
    }

    // MARK: - Killed

    /// Starts the program and kills it after so many microseconds, unless it has ended.
    private func killed(_ arguments: [String], after microseconds: UInt32) throws {
        let process = Process()
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = arguments
        process.environment = fleet.scratch.environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(microseconds)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test func aKilledBackupIsWholeOrNone() throws {
        let file = "\(fleet.scratch.root)/killed.tar"
        var random = SeededRandom(seed: 7)
        for _ in 0..<40 {
            try? FileManager.default.removeItem(atPath: file)
            try killed(["backup", fleet.scratch.fleet, file], after: .random(in: 0..<150_000, using: &random))
            guard FileManager.default.fileExists(atPath: file) else { continue }
            _ = try StateRestore(from: file, others: BackupCommand.others).verify(in: "\(fleet.scratch.root)/proof")
        }
        try? FileManager.default.removeItem(atPath: file)
        let run = try MusterRun(["backup", fleet.scratch.fleet, file], fleet.scratch)
        #expect(run.code == 0, "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
    }

    /// Each has another name, as those of a timer have: what was killed is removed by the next, whatever its name.
    @Test func whatAKilledBackupLeftIsRemovedByTheNext() throws {
        let root = fleet.scratch.root
        func partials() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(".partial") }.sorted()
        }
        var left: [String] = []
        for number in 0..<50 where left.isEmpty {
            let run = try BackgroundRun(["backup", fleet.scratch.fleet, "\(root)/timer-\(number).tar"], fleet.scratch)
            let lock = "\(root)/timer-\(number).tar.partial/work.lock"
            while access(lock, F_OK) != 0, access("\(root)/timer-\(number).tar", F_OK) != 0 {
                guard kill(run.pid, 0) == 0 else { break }
            }
            run.signal(SIGKILL)
            _ = run.waitForExit()
            left = try partials()
        }
        #expect(left.count == 1, "none was killed in the middle")
        let run = try MusterRun(["backup", fleet.scratch.fleet, "\(root)/next.tar"], fleet.scratch)
        #expect(run.code == 0, "\(run.errors)")
        #expect(try partials() == [])
    }

    /// What another process is at work in, and what is somebody's, is left as it is.
    @Test func whatIsNoRemainsIsLeft() throws {
        let root = fleet.scratch.root
        let folders = [
            "busy.tar.partial": ["work.lock", "journal.sqlite", "archive"], "mine.partial": ["archive", "journal.txt"],
            "strange.partial": ["work.lock", "journal.txt", "thesis.txt"],
            "dead.tar.partial": ["work.lock", "archive"],
        ]
        for (folder, files) in folders {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: false)
            for file in files { try Data("x".utf8).write(to: URL(filePath: "\(root)/\(folder)/\(file)")) }
        }
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/link.partial", withDestinationPath: "\(root)/mine.partial")
        let lock = open("\(root)/busy.tar.partial/work.lock", O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let run = try MusterRun(["backup", fleet.scratch.fleet, "\(root)/next.tar"], fleet.scratch)
        #expect(run.code == 0, "\(run.errors)")
        // To the same place, at the same time.
        let second = try MusterRun(["backup", fleet.scratch.fleet, "\(root)/busy.tar"], fleet.scratch)
        #expect(second.code == 1 && second.errors.contains("another process is taking a backup here"))
        func files(_ folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
        }
        #expect(try files("busy.tar.partial") == ["archive", "journal.sqlite", "work.lock"])
        #expect(try files("mine.partial") == ["archive", "journal.txt"])
        #expect(try files("strange.partial").filter { $0 != "work.lock" } == ["journal.txt", "thesis.txt"])
        #expect(!FileManager.default.fileExists(atPath: "\(root)/dead.tar.partial"))
        #expect(FileManager.default.fileExists(atPath: "\(root)/link.partial"))
    }

    /// Over a state that is there: at any moment there is a whole one in its place, the former or the restored.
    @Test func aKilledRestoreLeavesAWholeState() throws {
        let state = "\(fleet.scratch.root)/killed"
        #expect(try fleet.restore(to: state).code == 0)
        let count = try records(in: state).count
        var random = SeededRandom(seed: 8)
        for _ in 0..<40 {
            try killed(
                ["restore", fleet.file(), "--state", state, "--replace"],
                after: .random(in: 0..<200_000, using: &random))
            #expect(try records(in: state).count == count)
        }
        let fresh = "\(fleet.scratch.root)/fresh"
        for _ in 0..<20 {
            try killed(
                ["restore", fleet.file(), "--state", fresh], after: .random(in: 0..<200_000, using: &random))
            guard FileManager.default.fileExists(atPath: fresh) else { continue }
            #expect(try records(in: fresh).count == count)
            try FileManager.default.removeItem(atPath: fresh)
        }
        #expect(try fleet.restore(to: fresh).code == 0)
        #expect(!FileManager.default.fileExists(atPath: fresh + ".restoring"))
    }
}
