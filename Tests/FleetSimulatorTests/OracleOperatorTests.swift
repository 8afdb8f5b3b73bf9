import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// Operators who press every key, terminals that fail in every way, and engines that are killed: the oracle finds nothing.
@Suite struct OracleOperatorTests {
    @Test(arguments: 1...12) func anything(seed: UInt64) throws {
        var random = Random(state: seed)
        let run = try ObservedRun(script(&random))
        var moment = Duration.zero
        for _ in 0..<60 {
            moment += .seconds(60 + Int(random.next(5_000)))
            try run.run(until: moment)
            if random.next(5) == 0 { try run.restart() }
            run.ask(command(&random, try #require(run.state)))
        }
        try run.run(until: moment + .hours(10))
        #expect(run.oracle.violations.prefix(3) == [])
    }

    private func script(_ random: inout Random) throws -> HeadlessScript {
        let zones = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]
        let devices = (1...14).map { number in
            SmallFleet.device(
                SmallFleet.name(number), site: "S\(number / 3)", region: number < 8 ? "east" : "west",
                zone: zones[number / 5], status: number % 5 == 0 ? .offline : .online)
        }
        let phases = [
            SmallFleet.phase(20, threshold: 5000, wait: .minutes(30)),
            SmallFleet.phase(60, threshold: 6000, wait: .minutes(5)) { $0.requiresApproval = true },
            SmallFleet.phase(100, threshold: 7000),
        ]
        let window = WindowSchedule(opensAt: 13 * 3600, closesAt: 15 * 3600)
        let updates = [
            try SmallFleet.update(.progressive(phases: phases, onFailure: .rollBack), id: "a"),
            try SmallFleet.update(.scheduled(missed: .nextWindow), id: "b", release: Version(3, 0, 0), window: window),
            try SmallFleet.update(.onConnect(expires: .hours(20)), id: "c"),
            try SmallFleet.update(.immediate(offline: .queue), id: "d", release: Version(3, 0, 0)),
            try SmallFleet.update(.scheduled(missed: .onConnect), id: "e", window: window),
        ]
        var script = try SmallFleet.script(devices, updates[0], updates[1], updates[2], updates[3], updates[4])
        script.starts = []
        script.settings.limits.inFlight = 5
        script.settings.limits.inFlightPerRegion = 3
        script.settings.limits.startsPerMinute = 6
        script.settings.limits.bytesPerSecondPerRegion = 50
        script.profile.seed = random.next(1 << 40)
        script.profile.returns = [
            SimulatedReturn(device: "t-05", after: .hours(2), stays: .hours(3)),
            SimulatedReturn(device: "t-10", after: .minutes(20)),
        ]
        let transient = FailureCause(code: "hash mismatch", isPermanent: false)
        script.profile.failures = [
            SimulatedFailureRule(
                rate: 2500,
                kinds: [
                    WeightedFailure(.givesUp(transient, at: .downloading), weight: 3),
                    WeightedFailure(.keepsOldRelease),
                    WeightedFailure(.fallsSilent(.minutes(50))),
                ])
        ]
        return script
    }

    private func command(_ random: inout Random, _ state: FleetState) -> Command {
        let update = state.updates[Int(random.next(UInt64(state.updates.count)))], id = update.id
        switch random.next(12) {
        case 0...3: return .start(update: id)
        case 4: return .pause(update: id)
        case 5, 6: return .resume(update: id)
        case 7, 8: return .approve(update: id)
        case 9: return .cancel(update: id)
        case 10: return .rollBack(update: id, confirmation: id, preview: nil)
        default: return .retryFailed(update: id)
        }
    }

    /// SplitMix64.
    private struct Random {
        var state: UInt64

        mutating func next(_ bound: UInt64) -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return (z ^ (z >> 31)) % bound
        }
    }
}

/// What the oracle has found in the core, each held by a run of its own.
@Suite struct OracleFindingTests {
    /// A retry of a rollback sends devices back too.
    @Test func aRetryOfARollbackGoesBack() throws {
        let update = try SmallFleet.update(.immediate(offline: .queue))
        let run = try ObservedRun(
            SmallFleet.script(SmallFleet.devices(2), update) {
                $0.profile.failures = [
                    try SmallFleet.failing(
                        "id = t-01", .givesUp(FailureCause(code: "wrong model", isPermanent: true), at: .offered),
                        release: SmallFleet.old)
                ]
            })
        try run.run(until: .minutes(10))
        run.ask(.rollBack(update: "u", confirmation: "u", preview: nil))
        try run.run(until: .minutes(30))
        run.ask(.retryFailed(update: "u/rollback"))
        try run.run(until: .minutes(60))
        #expect(run.state?.update("u/rollback/retry-1") != nil)
        #expect(run.oracle.violations.prefix(3) == [])
    }

    /// What waits to go back goes to the release of an update whose rollback was called off.
    @Test func aRollbackThatIsCalledOffTurnsBackWhatWaits() throws {
        let queue = Strategy.immediate(offline: .queue)
        let first = try SmallFleet.update(queue)
        let second = try SmallFleet.update(queue, id: "v", release: Version(3, 0, 0), devices: "id != t-04")
        let run = try ObservedRun(
            SmallFleet.script(SmallFleet.devices(4), first, second) {
                $0.starts = ["u"]
                $0.settings.limits.inFlight = 1
            })
        try run.run(until: .minutes(30))
        run.ask(.start(update: "v"))
        try run.run(until: .minutes(60))
        run.ask(.rollBack(update: "v", confirmation: "v", preview: nil))
        run.ask(.rollBack(update: "u", confirmation: "u", preview: nil))
        run.ask(.cancel(update: "u/rollback"))
        try run.run(until: .minutes(90))
        let state = try #require(run.state)
        #expect(state.update("v")?.status == .rolledBack && state.update("u")?.status == .halted)
        #expect((0..<4).map { state.devices.firmware(DeviceIndex($0)) } == Array(repeating: SmallFleet.new, count: 4))
        #expect(run.oracle.violations.prefix(3) == [])
    }

    /// Seven a minute is not eight.
    @Test func startsAMinuteThatDoNotDivideIt() throws {
        var update = try SmallFleet.update(.immediate(offline: .queue))
        update.startsPerMinute = 7
        let run = try ObservedRun(SmallFleet.script(SmallFleet.devices(16), update))
        try run.run(until: .minutes(10))
        #expect(run.oracle.violations.prefix(3) == [])
    }

    /// A retry of a retry is still the same update's doing.
    @Test func aRollbackReachesWhatASecondRetryBrought() throws {
        let update = try SmallFleet.update(.immediate(offline: .queue))
        let cause = FailureCause(code: "wrong model", isPermanent: true)
        let run = try ObservedRun(
            SmallFleet.script(SmallFleet.devices(30), update) {
                $0.profile.failures = [try SmallFleet.failing("all", .givesUp(cause, at: .offered), rate: 5000)]
            })
        try run.run(until: .minutes(20))
        run.ask(.retryFailed(update: "u"))
        try run.run(until: .minutes(40))
        run.ask(.retryFailed(update: "u/retry-1"))
        try run.run(until: .minutes(60))
        run.ask(.rollBack(update: "u", confirmation: "u", preview: nil))
        try run.run(until: .minutes(80))
        #expect(run.oracle.violations.prefix(3) == [])
    }
}
