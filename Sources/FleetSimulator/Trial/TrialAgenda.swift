import FleetCore

/// What will be done to a trial, by whom, and when.
struct TrialEvent: Comparable {
    /// What is done.
    enum Deed {
        case linkGoesDown(Int, FaultClass)
        case linkComesUp(Int)
        case powerIsCut(Int)
        case babbles(Int)
        case twinSpeaks(Int)
        case strangerSpeaks
        case partition(length: Duration)
        case clockIsSet(by: Duration)
        case engineIsKilled
        case zombieWakes
        case commitFails(TrialDisk.Failure)
        case roomIsMade
        case operatorActs
        case alteredReleaseComes
        case faultsStop
        case newcomerCalls(Int)
        case cloneIsSeen(Int)
    }

    var at: Timestamp
    var number: Int
    var deed: Deed

    static func < (left: TrialEvent, right: TrialEvent) -> Bool {
        (left.at.milliseconds, left.number) < (right.at.milliseconds, right.number)
    }
    static func == (left: TrialEvent, right: TrialEvent) -> Bool { left.number == right.number }
}

/// Everything that is planned, the earliest first.
struct TrialAgenda {
    private var events = EventHeap<TrialEvent>()
    private var count = 0

    var next: Timestamp? { events.first?.at }

    mutating func add(_ deed: TrialEvent.Deed, at time: Timestamp) {
        count += 1
        events.insert(TrialEvent(at: time, number: count, deed: deed))
    }

    /// The next deed that is due; nil: none is.
    mutating func take(by now: Timestamp) -> TrialEvent.Deed? {
        guard let event = events.first, event.at <= now else { return nil }
        events.removeFirst()
        return event.deed
    }
}

extension TrialAgenda {
    /// Draws what is done while faults are fired.
    init(_ script: TrialScript, _ random: inout TrialRandom) {
        var planner = Planner(script: script, random: random)
        planner.planDevices()
        planner.planNetwork()
        planner.planEngine()
        planner.planOperator()
        planner.planCallers()
        planner.agenda.add(.faultsStop, at: script.calm)
        random = planner.random
        self = planner.agenda
    }

    private struct Planner {
        let script: TrialScript
        var random: TrialRandom
        var agenda = TrialAgenda()

        init(script: TrialScript, random: TrialRandom) {
            self.script = script
            self.random = random
        }

        /// A moment before the faults stop.
        private mutating func moment() -> Timestamp { random.moment(script.start, script.calm) }
        private mutating func device() -> Int { random.number(0...script.devices.count - 1) }

        /// So many times, if the class of fault is asked for.
        private mutating func times(
            _ fault: FaultClass, _ range: ClosedRange<Int>, _ body: (inout Planner) -> Void
        ) {
            guard script.has(fault) else { return }
            for _ in 0..<random.number(range) { body(&self) }
        }

        mutating func planDevices() {
            times(.away, 0...3) { plan in
                let device = plan.device(), from = plan.moment()
                plan.agenda.add(.linkGoesDown(device, .away), at: from)
                plan.agenda.add(.linkComesUp(device), at: from + plan.random.duration(.hours(6)...(.hours(70))))
            }
            times(.flapping, 0...3) { $0.planFlapping() }
            times(.powerCut, 0...12) { plan in plan.agenda.add(.powerIsCut(plan.device()), at: plan.moment()) }
            times(.babble, 0...25) { plan in plan.agenda.add(.babbles(plan.device()), at: plan.moment()) }
            times(.twin, 0...2) { $0.planTwin() }
            times(.stranger, 0...2) { plan in plan.agenda.add(.strangerSpeaks, at: plan.moment()) }
        }

        private mutating func planFlapping() {
            let device = device()
            var time = moment()
            for _ in 0..<random.number(2...20) {
                agenda.add(.linkGoesDown(device, .flapping), at: time)
                time = time + random.duration(.seconds(5)...(.minutes(20)))
                agenda.add(.linkComesUp(device), at: time)
                time = time + random.duration(.seconds(5)...(.minutes(40)))
            }
        }

        private mutating func planTwin() {
            let device = device()
            var time = moment()
            for _ in 0..<random.number(1...6) {
                agenda.add(.twinSpeaks(device), at: time)
                time = time + script.settings.heartbeat
            }
        }

        mutating func planNetwork() {
            times(.partition, 0...4) { plan in
                let length = plan.random.duration(.minutes(1)...(.hours(8)))
                plan.agenda.add(.partition(length: length), at: plan.moment())
            }
        }

        mutating func planEngine() {
            times(.crash, 0...6) { plan in plan.agenda.add(.engineIsKilled, at: plan.moment()) }
            times(.zombie, 0...2) { plan in plan.agenda.add(.zombieWakes, at: plan.moment()) }
            let failures: [(FaultClass, TrialDisk.Failure)] = [
                (.failedWrite, .failedWrite), (.tornWrite, .tornWrite), (.failedSync, .failedSync),
                (.powerLoss, .powerLoss), (.fullDisk, .fullDisk), (.crashAfterCommit, .crashAfterCommit),
            ]
            for (fault, failure) in failures {
                times(fault, 0...2) { plan in plan.agenda.add(.commitFails(failure), at: plan.moment()) }
            }
            times(.clockStep, 0...3) { $0.planClockStep() }
        }

        /// Seconds, minutes, hours, or a year; back as often as ahead.
        private mutating func planClockStep() {
            let sizes: [Duration] = [.seconds(4), .seconds(40), .minutes(7), .hours(1), .hours(30), .days(365)]
            let size = random.one(of: sizes)
            let step = random.chance(500) ? size : .zero - size
            let time = moment()
            agenda.add(.clockIsSet(by: step), at: time)
            // Somebody notices most of them.
            guard random.chance(700) else { return }
            agenda.add(.clockIsSet(by: .zero - step), at: time + random.duration(.minutes(1)...(.hours(6))))
        }

        mutating func planOperator() {
            // Most updates are started soon, the others in the middle of things.
            for number in 0..<random.number(6...40) {
                let soon = script.start + random.duration(.zero...(.hours(2)))
                agenda.add(.operatorActs, at: number < 4 ? soon : moment())
            }
            times(.alteredRelease, 0...2) { plan in plan.agenda.add(.alteredReleaseComes, at: plan.moment()) }
        }

        mutating func planCallers() {
            times(.newcomer, 0...3) { $0.planNewcomer() }
            times(.clone, 0...2) { plan in plan.agenda.add(.cloneIsSeen(plan.device()), at: plan.moment()) }
        }

        /// One that calls goes on calling for a while, accepted or not.
        private mutating func planNewcomer() {
            let number = random.number(1...4)
            var time = moment()
            for _ in 0..<random.number(1...30) {
                agenda.add(.newcomerCalls(number), at: time)
                time = time + script.settings.heartbeat
            }
        }
    }
}
