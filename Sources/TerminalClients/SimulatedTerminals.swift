import FleetCore
import FleetEngine
import FleetSimulator

/// The terminals of a simulated world, each of which calls in by HTTP.
///
/// The world decides what every terminal does and when, as it does in memory; only the way differs: what a terminal says
/// becomes requests, and an order is what the gateway answers. The bytes of a release are fetched and hashed in truth.
public actor SimulatedTerminals {
    /// How often the world is looked at, by the wall clock.
    private static let tick = Duration.milliseconds(10)
    /// How far the gateway may be behind the world, by the world's clock, before the clock waits: far less than
    /// heartbeats that are missed, and than an installation.
    private static let longestLag = Duration.minutes(1)

    private let world: World
    private let clock: SimulationClock
    private let clients: [DDIClient]
    private var mailboxes: [AsyncStream<[Report]>.Continuation] = []
    /// What each terminal has said and the gateway has not answered: how many words, and since when.
    private var underWay: [(words: Int, since: ContinuousClock.Instant)]

    /// The terminals of a world.
    /// - Parameters:
    ///   - world: The world, whose time is the clock's.
    ///   - devices: The ids of its terminals, in its order.
    ///   - clock: Shared with the engine. It stops while the gateway cannot keep up.
    ///   - gateway: Where they call in.
    ///   - pool: Their connections.
    public init(
        _ world: sending World, devices: [String], clock: SimulationClock, gateway: GatewayAddress, pool: ConnectionPool
    ) {
        self.world = world
        self.clock = clock
        clients = devices.map { DDIClient(device: $0, gateway: gateway, pool: pool) }
        underWay = devices.map { _ in (0, .now) }
    }

    /// Lets the clock go, and the world with it, until the task is cancelled. To be called once.
    public func run() async {
        clock.hold(false)
        await withDiscardingTaskGroup { group in
            for device in clients.indices {
                let (words, mailbox) = AsyncStream.makeStream(of: [Report].self)
                mailboxes.append(mailbox)
                var voice = TerminalVoice(DeviceIndex(UInt32(device)), clients[device], room: self)
                group.addTask {
                    for await reports in words {
                        await voice.carry(reports)
                        await self.hasCarried(device)
                    }
                }
            }
            while !Task.isCancelled {
                passOn()
                watchLag()
                try? await Task.sleep(for: Self.tick)
            }
            for mailbox in mailboxes { mailbox.finish() }
            group.cancelAll()
        }
    }

    // MARK: - What voices call

    /// A terminal was told what to do.
    func hear(_ order: Order) {
        passOn()
        world.send([order])
    }

    /// What a terminal's world takes for fetched is not there.
    func giveUp(_ device: DeviceIndex, order generation: UInt32, _ cause: FailureCause) {
        passOn()
        world.giveUp(device, order: generation, cause)
    }

    private func hasCarried(_ device: Int) {
        underWay[device].words -= 1
        underWay[device].since = .now
    }

    /// Stops the clock while an answer is late.
    private func watchLag() {
        let oldest = underWay.lazy.filter { $0.words > 0 }.map(\.since).min()
        let lag = oldest.map { (ContinuousClock.now - $0) * clock.speed } ?? .zero
        clock.hold(lag > Self.longestLag)
    }

    // MARK: - The world

    /// Lets the world catch up with the clock and puts what its terminals say into their mailboxes, which are bounded
    /// since the clock stops when one of them is behind.
    private func passOn() {
        var spoken: [Int: [Report]] = [:]
        var order: [Int] = []
        for report in world.takeReports(through: clock.now) {
            let device = report.device.offset
            if spoken[device] == nil { order.append(device) }
            spoken[device, default: []].append(report)
        }
        for device in order {
            mailboxes[device].yield(spoken[device] ?? [])
            if underWay[device].words == 0 { underWay[device].since = .now }
            underWay[device].words += 1
        }
    }
}
