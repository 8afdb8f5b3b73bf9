import Foundation
import Synchronization
import Testing

@testable import TerminalAgent

/// The power fails at every step of an installation, and what was not synced may be gone: the agent comes back on one slot
/// or the other, whole, and says which.
@Suite struct PowerCutTests {
    private static let old = "2.3.1", new = "2.4.0"
    private static let files = ["app": "the application, version 2.4.0", "table": "taxes"]
    /// More steps than any of these installations has.
    private static let mostSteps = 2000
    private static let seeds: [UInt64] = [1, 2, 3]

    /// How an installation ends if nothing cuts it.
    enum Course: CaseIterable {
        case succeeds, isUnhealthy, failsToInstall, isCalledOff, isFirst, hasABrokenLine, isAnotherAttempt
        case isTrustedNoMore
    }

    /// Trusts everything until something was installed.
    private final class Passing: ReleaseTrust {
        let isOver = Mutex(false)

        func verified(
            _ release: OfferedRelease, running: [String], isStopped: () -> Bool
        ) throws(TrustRefusal) -> [OfferedRelease.File]? {
            if isOver.withLock({ $0 }) { throw TrustRefusal("no signature any more") }
            return release.files
        }
    }

    private func world(_ course: Course) throws -> AgentWorld {
        let world = try AgentWorld(runs: course == .isFirst ? nil : Self.old)
        if course == .isAnotherAttempt {
            world.offer(6, Self.new, Self.files)
            world.install = .exited(3, said: "no")
            try world.run()
            world.install = .exited(0, said: "")
            // Nothing of it is lost; what is counted from here on are the steps of the next.
            world.disk.settle()
            world.disk = world.disk.afterCut(seed: 0)
        }
        world.offer(7, Self.new, Self.files)
        switch course {
        case .isUnhealthy: world.isHealthy = { $0 != Self.new }
        case .failsToInstall: world.install = .exited(3, said: "no")
        case .isCalledOff:
            var pieces = 0
            world.before = { [unowned world] what in
                pieces += what == "piece" ? 1 : 0
                if what == "piece", pieces == 3 { world.cancelled = 7 }
            }
        case .hasABrokenLine: world.breakAfter = 3
        case .isTrustedNoMore:
            let trust = Passing()
            world.trust = trust
            world.before = { what in if what == "install" { trust.isOver.withLock { $0 = true } } }
        case .succeeds, .isFirst, .isAnotherAttempt: break
        }
        return world
    }

    private func check(_ world: AgentWorld, _ course: Course, _ hint: String) throws {
        let problems = try problems(world, course)
        #expect(problems == [], "\(hint): \(world.words)")
    }

    /// What is not true of what must be whenever an agent has nothing left to do.
    private func problems(_ world: AgentWorld, _ course: Course) throws -> [String] {
        let runs = try world.runs
        var problems: [String] = []
        func expect(_ isTrue: Bool, _ what: String) { if !isTrue { problems.append(what) } }
        func text(_ file: String) throws -> String? {
            let slot = runs.map { "/slots/\($0.slot)" } ?? "/nowhere"
            return try world.disk.read("\(slot)/\(file)", atMost: 1000).map { String(decoding: $0, as: UTF8.self) }
        }
        let ending = world.words.last { $0.hasPrefix("7 closed") || $0.hasPrefix("cancel 7") } ?? "no word"
        let isNew = runs?.version == Self.new
        let isOld = runs?.version == (course == .isFirst ? nil : Self.old)
        expect(isNew || isOld, "neither slot is in use")
        expect(isNew == (ending == "7 closed/success"), "told `\(ending)`")
        expect(world.said.last == runs?.version ?? "nothing", "said that it runs \(world.said.last ?? "")")
        if isNew {
            for (name, content) in Self.files { expect(try text("files/\(name)") == content, "\(name) is not whole") }
            expect(try text("unpacked") == "unpacked \(Self.new)", "what was installed is not whole")
        } else if course != .isFirst {
            expect(try text("files/app") == "old \(Self.old)", "the former release is not whole")
        }
        let state = StateFile(world.disk, folder: AgentWorld.state)
        expect(try state.read().work == nil, "something is left to do")
        expect(try world.disk.length(of: state.aside) == nil, "the state was damaged")
        if course == .isTrustedNoMore {
            expect(ending.hasSuffix("no signature any more"), "told `\(ending)`")
            let isEmpty = try world.disk.names(in: "/slots/b") == ["files"]
            expect(try isEmpty && world.disk.names(in: "/slots/b/files") == [], "the slot is not empty")
        }
        let shouldBeNew = [.succeeds, .isFirst, .hasABrokenLine, .isAnotherAttempt].contains(course)
        expect(isNew == shouldBeNew, "the other way than without a cut")
        return problems
    }

    /// The cuts are felt: a program that had left out one of its syncs would have been found.
    @Test(arguments: ["/state/agent.json.new", "/state", "/slots", "all of /slots/b"])
    func aSyncThatIsLeftOutIsFound(sync: String) throws {
        var found: [String] = []
        for seed in Self.seeds {
            for step in 0..<Self.mostSteps {
                let world = try world(.succeeds)
                world.disk.isDeaf = { $0 == sync }
                do {
                    guard try world.run(cutAt: step, seed: seed &+ UInt64(step) &* 977) else { break }
                    found += try problems(world, .succeeds)
                } catch let failure as StorageFailure {
                    found.append("\(failure)")
                }
            }
        }
        #expect(!found.isEmpty, "\(sync)")
    }

    @Test(arguments: Course.allCases) func withoutACut(course: Course) throws {
        let world = try world(course)
        try world.run()
        try check(world, course, "\(course)")
    }

    @Test(arguments: Course.allCases, seeds) func atEveryStep(course: Course, seed: UInt64) throws {
        var step = 0
        while step < Self.mostSteps {
            let world = try world(course)
            let wasCut = try world.run(cutAt: step, seed: seed &+ UInt64(step) &* 977)
            try check(world, course, "\(course), cut before step \(step), seed \(seed)")
            guard wasCut else { break }
            step += 1
        }
        #expect((20..<Self.mostSteps).contains(step))
    }

    /// The process alone is killed: everything written is there, and the machine is in the same boot.
    @Test(arguments: Course.allCases) func killedAtEveryStep(course: Course) throws {
        var step = 0
        while step < Self.mostSteps {
            let world = try world(course)
            let wasCut = try world.run(killedAt: step)
            try check(world, course, "\(course), killed before step \(step)")
            guard wasCut else { break }
            step += 1
        }
        #expect((20..<Self.mostSteps).contains(step))
    }

    /// It fails again while the agent comes back.
    @Test(arguments: [Course.succeeds, .isUnhealthy]) func twice(course: Course) throws {
        var first = 0
        while first < Self.mostSteps {
            var isOver = false
            for second in stride(from: 0, to: Self.mostSteps, by: 5) {
                let world = try world(course)
                let hint = "\(course), cut before steps \(first) and \(second)"
                world.disk.cutAt = first
                do {
                    try world.run()
                    isOver = true
                    break
                } catch is ModelDisk.PowerCut {}
                world.disk = world.disk.afterCut(seed: UInt64(first * 31 + second))
                world.boot += 1
                let wasCut = try world.run(cutAt: second, seed: UInt64(first * 17 + second * 3))
                try check(world, course, hint)
                if !wasCut { break }
            }
            if isOver { break }
            first += 3
        }
        #expect((20..<Self.mostSteps).contains(first))
    }
}

extension AgentWorld {
    /// Runs an agent to its end with a kill of its process at a step, and another one after it; false: the step is behind
    /// the end.
    func run(killedAt step: Int) throws -> Bool {
        disk.cutAt = step
        defer { disk.cutAt = nil }
        do {
            try run()
            return false
        } catch is ModelDisk.PowerCut {
            disk.cutAt = nil
            try run()
            return true
        }
    }
}
