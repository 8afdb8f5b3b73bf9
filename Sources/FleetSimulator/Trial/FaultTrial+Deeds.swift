import FleetCore
import FleetEngine

/// What is done to a trial.
extension FaultTrial {
    /// Does everything that is due.
    func doWhatIsPlanned() {
        // The world's clock comes first, so that what is done happens now and not at the world's last event.
        for report in world.takeReports(through: now) { network.post(.report(report), at: now) }
        while let deed = agenda.take(by: now) { perform(deed) }
    }

    private func perform(_ deed: TrialEvent.Deed) {
        switch deed {
        case .linkGoesDown(let device, let fault):
            counts[fault] += 1
            world.setLink(DeviceIndex(UInt32(device)), isUp: false)
        case .linkComesUp(let device): world.setLink(DeviceIndex(UInt32(device)), isUp: true)
        case .powerIsCut(let device):
            counts[.powerCut] += 1
            world.cutPower(DeviceIndex(UInt32(device)))
        case .babbles(let device): babble(device)
        case .twinSpeaks(let device): speakAsTwin(device)
        case .strangerSpeaks:
            counts[.stranger] += 1
            let stranger = DeviceIndex(UInt32(world.count + 100_000))
            network.post(.report(Report(device: stranger, body: .contacted(firmware: nil))), at: now)
        case .partition(let length): part(length)
        case .clockIsSet(let step):
            counts[.clockStep] += 1
            clock.set(by: step)
            clockLookAt = clockLookAt ?? now + .minutes(1)
        case .engineIsKilled: killEngine()
        case .zombieWakes: killEngine()
        case .commitFails(let failure): nextFailure = failure
        case .roomIsMade: disk.isFull = false
        case .operatorActs: if let engine { give(operators.act(engine.state)) }
        case .alteredReleaseComes: give([operators.alterRelease()])
        case .faultsStop: calm()
        case .newcomerCalls(let number): callAsNewcomer("newcomer-\(number)")
        case .cloneIsSeen(let device):
            counts[.clone] += 1
            let seen = Report.Body.twoUnderOneID(evidence: "called from 10.0.0.1 and from 10.0.0.2")
            network.post(.report(Report(device: DeviceIndex(UInt32(device)), body: seen)), at: now)
        }
    }

    /// A terminal says what it should not: of an order that is stale or not yet given, twice, out of turn.
    private func babble(_ device: Int) {
        counts[.babble] += 1
        let index = DeviceIndex(UInt32(device))
        let generation = UInt32(max(0, Int(engine?.state.generation ?? 0) + random.number(-6...3)))
        for _ in 0..<random.number(1...6) {
            let report = Report(device: index, generation: generation, body: babbled())
            network.post(.report(report), at: now)
            if random.chance(500) { network.post(.report(report), at: now) }
        }
    }

    private func babbled() -> Report.Body {
        switch random.number(0...5) {
        case 0: .reached(random.one(of: AttemptStep.allCases))
        case 1: .received(bytes: Int64(random.number(0...10_000_000)))
        case 2: .restarted
        case 3: .gaveUp(FailureCause(code: "babble", isPermanent: random.chance(500)))
        case 4: .dropped
        default: .contacted(firmware: nil)
        }
    }

    /// Another terminal with the same id runs whatever it runs.
    private func speakAsTwin(_ device: Int) {
        counts[.twin] += 1
        let version = random.one(of: script.releases).version
        network.post(.report(Report(device: DeviceIndex(UInt32(device)), body: word(of: version, device))), at: now)
    }

    /// What a twin says, as its carrier passes it on: some count what they sent to the device, which is nothing or a part;
    /// some say what is no version.
    private func word(of version: Version, _ device: Int) -> Report.Body {
        switch device % 4 {
        case 0: .claimed(firmware: version, sent: 0)
        case 1: .claimed(firmware: version, sent: 101)
        case 2: .unreadable(firmware: "build of \(version)")
        default: .contacted(firmware: version)
        }
    }

    /// A terminal that is in no file introduces itself until it is known; then it calls as any other does.
    private func callAsNewcomer(_ id: String) {
        guard let engine else { return }
        counts[.newcomer] += 1
        let version = random.one(of: script.releases).version
        let tags = [Tag("serial", id), Tag("slot", random.one(of: ["a", "b"]))]
        guard let device = engine.state.devices.index(of: id) else {
            introductions += 1
            let introduction = Introduction(id: id, attributes: tags, firmware: random.chance(500) ? version : nil)
            return give([.introduction(introduction, ticket: Self.firstIntroduction + introductions)])
        }
        network.post(.report(Report(device: device, body: .contacted(firmware: version))), at: now)
        if random.chance(300) { network.post(.report(Report(device: device, body: .described(tags))), at: now) }
    }

    /// Tickets of introductions begin behind those of all commands.
    private static let firstIntroduction: UInt64 = 1 << 40

    /// A store, or a random half of the fleet, is cut off.
    private func part(_ length: Duration) {
        let site = random.one(of: script.devices).site
        let isStore = random.chance(500)
        for device in script.devices.indices where isStore ? script.devices[device].site == site : random.chance(500) {
            network.cut(device, until: now + length)
        }
    }

    /// Faults stop: what can heal heals, and operators let go on what waits for them.
    private func calm() {
        isCalm = true
        network.weather = nil
        network.heal()
        disk.isFull = false
        nextFailure = nil
        zombie = nil
        for device in script.devices.indices where script.devices[device].status == .online {
            world.setLink(DeviceIndex(UInt32(device)), isUp: true)
        }
        guard let engine else { return }
        give(operators.settle(engine.state))
    }

    func count(_ failure: SimulatedFailure) {
        switch failure {
        case .givesUp: counts[.refusal] += 1
        case .keepsOldRelease: counts[.lie] += 1
        case .fallsSilent: counts[.silence] += 1
        }
    }

    /// Nights in the trial in which a zone of the fleet changes its clocks.
    func countClockChanges() {
        guard script.has(.clockChange) else { return }
        let zones = TrialScript.zones.filter { name in script.devices.contains { $0.timeZone == name } }
        for zone in zones.compactMap({ Zone(identifier: $0) }) {
            var time = script.start
            while time < script.calm {
                let next = time + .hours(1)
                if zone.offsetSeconds(at: time) != zone.offsetSeconds(at: next) { counts[.clockChange] += 1 }
                time = next
            }
        }
    }
}
