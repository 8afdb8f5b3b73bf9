import FleetCore

/// What a seed draws before a trial begins: the fleet, its updates, how its terminals behave, and how bad the weather
/// is.
public struct TrialScript: Sendable {
    /// The seed.
    public var seed: UInt64
    /// Which faults may be fired.
    public var faults: [FaultClass]
    /// What the fleet is run by.
    public var settings = FleetSettings(name: "trial")
    /// The terminals, in the order of registration.
    public var devices: [DeviceRecord] = []
    /// The releases, from the oldest to the newest.
    public var releases: [Release] = []
    /// The releases that the fleet holds from the beginning: in every fifth trial it never had the oldest one, which some
    /// terminals run, so that nothing can send them back to it.
    public var heldReleases: [Release] { seed % 5 == 0 ? Array(releases.dropFirst()) : releases }
    /// Updates of all strategies.
    public var updates: [UpdateDefinition] = []
    /// How the terminals behave.
    public var profile = SimulationProfile()
    /// The true time at which the trial begins.
    public var start = Timestamp(milliseconds: 0)
    /// When faults stop.
    public var calm: Timestamp { start + length }
    /// How long faults are fired.
    public var length = Duration.hours(24)
    var random: TrialRandom

    /// Draws a trial.
    ///
    /// - Parameters:
    ///   - seed: What everything is drawn from.
    ///   - faults: What may go wrong.
    ///   - devices: How many terminals; nil: drawn, 6...40.
    ///   - hours: How long faults are fired, in hours; nil: drawn, 10...60.
    public init(seed: UInt64, faults: [FaultClass] = FaultClass.allCases, devices: Int? = nil, hours: Int? = nil) {
        self.seed = seed
        self.faults = faults
        random = TrialRandom(seed: StableHash.of("trial", seed: seed))
        var draw = random.fork()
        length = .hours(hours ?? draw.number(10...60))
        start = Self.start(&draw)
        drawReleases()
        drawDevices(devices ?? draw.number(6...40), &draw)
        drawSettings(&draw)
        drawProfile(&draw)
        for number in 1...draw.number(1...5) { updates.append(update(number, &draw)) }
        if draw.chance(250) {
            settings.fourEyes.updateOver = draw.one(of: [0, 3, 12])
            settings.fourEyes.rollbackOver = draw.one(of: [0, 2, 8])
        }
    }

    func has(_ fault: FaultClass) -> Bool { faults.contains(fault) }

    /// Nights on which a zone of the fleet changes its clocks come often.
    private static func start(_ draw: inout TrialRandom) -> Timestamp {
        let year2026 = Timestamp(milliseconds: 1_767_225_600_000)
        guard draw.chance(400) else { return year2026 + .minutes(draw.number(0...525_600)) }
        // 2026-03-08 New York, 2026-03-29 Berlin, 2026-04-05 Lord Howe, 2026-10-25 Berlin, 2026-11-01 New York.
        let day = draw.one(of: [66, 87, 93, 297, 304])
        return year2026 + .days(day) - .minutes(draw.number(60...1200))
    }

    private mutating func drawReleases() {
        for number in 1...6 {
            let size = Int64(number) * 2_000_000
            releases.append(
                Release(
                    version: Version(UInt32(number), 0, 0),
                    artifacts: [Artifact(name: "pos.bin", size: size, sha256: TrialScript.digest(number))]))
        }
    }

    /// 64 hexadecimal digits that stand for the bytes of a release.
    static func digest(_ number: Int) -> String {
        String(repeating: "\(number)", count: 64)
    }

    // MARK: - Terminals

    static let zones = [
        "America/New_York", "America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata",
        "America/Los_Angeles",
    ]

    private mutating func drawDevices(_ count: Int, _ draw: inout TrialRandom) {
        let regions = draw.number(1...3)
        var site = 0, left = 0, region = 0, zone = ""
        for number in 1...max(1, count) {
            if left == 0 {
                site += 1
                left = draw.one(of: [1, 1, 2, 3, 4, 6])
                region = draw.number(1...regions)
                zone = draw.one(of: Self.zones)
            }
            left -= 1
            devices.append(
                DeviceRecord(
                    id: "pos-\(number)", site: "S\(site)", region: "region-\(region)",
                    tags: [Tag("type", draw.one(of: ["kiosk", "flagship"]))], timeZone: zone,
                    firmware: releases[draw.number(0...2)].version, status: status(&draw),
                    lifecycle: draw.chance(30) ? .decommissioned : .active))
        }
    }

    private func status(_ draw: inout TrialRandom) -> DeviceStatus {
        switch draw.number(0...99) {
        case ..<6: .unknown
        case ..<18: .offline
        default: .online
        }
    }

    // MARK: - Settings

    private mutating func drawSettings(_ draw: inout TrialRandom) {
        settings.heartbeat = draw.one(of: [.minutes(2), .minutes(5), .minutes(10)])
        settings.missedHeartbeats = draw.number(1...3)
        settings.limits = limits(&draw)
        settings.floor.untouched = draw.number(0...2)
        settings.floor.appliesFrom = draw.number(1...3)
        settings.retry.attempts = draw.number(1...4)
        settings.retry.backoff = draw.one(of: [.seconds(30), .minutes(1), .minutes(10)])
        settings.deadlines.offered = draw.one(of: [.minutes(5), .minutes(15)])
        settings.deadlines.downloading = draw.one(of: [.minutes(20), .hours(2)])
        settings.deadlines.installing = draw.one(of: [.minutes(12), .minutes(45)])
        settings.deadlines.confirming = draw.one(of: [.minutes(6), .minutes(20)])
        if draw.chance(300) { settings.freezes = [freeze(&draw)] }
    }

    func limits(_ draw: inout TrialRandom) -> Limits {
        var limits = Limits()
        limits.inFlight = draw.one(of: [1, 2, 5, 100])
        if draw.chance(400) { limits.inFlightPerRegion = draw.number(1...4) }
        if draw.chance(400) { limits.inFlightPerSite = draw.number(1...2) }
        if draw.chance(250) { limits.startsPerMinute = draw.one(of: [1, 3, 10]) }
        if draw.chance(150) { limits.ramp = .hours(1) }
        if draw.chance(250) { limits.bytesPerSecondPerRegion = draw.one(of: [20_000, 200_000]) }
        return limits
    }

    private func freeze(_ draw: inout TrialRandom) -> Freeze {
        let from = start + draw.duration(.hours(2)...(.hours(30)))
        let until = from + draw.duration(.hours(1)...(.hours(20)))
        let regions = draw.chance(500) ? ["region-1"] : []
        return Freeze(
            name: "stocktaking", from: Self.local(from), until: Self.local(until), regions: regions)
    }

    private static func local(_ moment: Timestamp) -> LocalDateTime {
        let days = moment.milliseconds / 86_400_000
        let second = Int(moment.milliseconds / 1000 % 86_400) / 60 * 60
        return LocalDateTime(date: LocalDate(daysSinceEpoch: Int(days)), secondOfDay: second)
    }

    private mutating func drawProfile(_ draw: inout TrialRandom) {
        profile.seed = draw.next()
        profile.answer = .seconds(1)...(.seconds(90))
        profile.bytesPerSecond = 10_000...400_000
        profile.install = .minutes(2)...(.minutes(9))
        profile.restart = .seconds(45)...(.minutes(4))
        for device in devices where device.status != .online && draw.chance(850) {
            profile.returns.append(
                SimulatedReturn(device: device.id, after: draw.duration(.minutes(5)...length)))
        }
        let kinds = failureKinds
        guard !kinds.isEmpty else { return }
        for release in releases.dropFirst(2) {
            let rate = draw.one(of: [0, 200, 1000, 4000, 9000])
            profile.failures.append(SimulatedFailureRule(release: release.version, rate: rate, kinds: kinds))
        }
        profile.failures.append(SimulatedFailureRule(rate: draw.one(of: [0, 500, 2000]), kinds: kinds))
    }

    private var failureKinds: [WeightedFailure] {
        var kinds: [WeightedFailure] = []
        if has(.lie) { kinds.append(WeightedFailure(.keepsOldRelease)) }
        if has(.silence) {
            kinds.append(WeightedFailure(.fallsSilent(.hours(5))))
            kinds.append(WeightedFailure(.fallsSilent(nil)))
        }
        if has(.refusal) {
            kinds.append(
                WeightedFailure(.givesUp(FailureCause(code: "disk full", isPermanent: false), at: .installing)))
            kinds.append(WeightedFailure(.givesUp(FailureCause(code: "refused", isPermanent: true), at: .offered)))
            kinds.append(
                WeightedFailure(.givesUp(FailureCause(code: "hash mismatch", isPermanent: false), at: .downloading)))
        }
        return kinds
    }
}
