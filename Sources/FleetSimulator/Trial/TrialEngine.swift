import FleetCore
import FleetEngine

/// One engine of a trial, from taking up the journal until it is killed or stops. What leaves it is seen by the oracle
/// before anyone else; what leaves a dead one goes nowhere.
final class TrialEngine {
    let epoch: Int
    private(set) var loop: EngineLoop
    private let link: Link

    /// Where orders go.
    private final class Link: DeviceLink {
        let epoch: Int
        let onOrders: ([Order], Int) -> Void
        var isCut = false

        init(epoch: Int, onOrders: @escaping ([Order], Int) -> Void) {
            self.epoch = epoch
            self.onOrders = onOrders
        }

        func send(_ orders: [Order]) {
            if !isCut { onOrders(orders, epoch) }
        }
    }

    init(
        journal: TrialJournal, wall: Timestamp, steady: Duration, options: EngineLoop.Options,
        onOrders: @escaping ([Order], Int) -> Void
    ) throws(FactLogError) {
        epoch = journal.epoch
        link = Link(epoch: journal.epoch, onOrders: onOrders)
        loop = try EngineLoop(log: journal, link: link, now: wall, steadyTime: steady, options: options)
    }

    /// Whether it still works.
    var isRunning: Bool { loop.health == .running }
    var state: FleetState { loop.state }

    /// Nothing that it does from here on leaves it: its process is dead.
    func kill() { link.isCut = true }

    func step(_ inputs: [EngineInput], wall: Timestamp, steady: Duration) -> [EngineReply] {
        loop.step(inputs, now: wall, steadyTime: steady)
    }
}
