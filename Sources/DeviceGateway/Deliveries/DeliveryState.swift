import FleetCore

/// What was sent to whom: the fold of the records of deliveries, and nothing else.
struct DeliveryState: Sendable {
    /// Devices of which something is known at once. Beyond, those are forgotten whose order is the oldest; an honest
    /// one of them may have to fetch again what it has.
    static let mostDevices = 100_000

    /// What a device was sent of the release that it is to fetch.
    struct Entry: Sendable {
        var release: Version
        /// Bytes of all the release's files.
        var size: Int64
        var files: [DeliveredFile: Bytes] = [:]
        /// The action for which it fetched last; 0: it never did.
        var action: UInt32 = 0
        /// Whether the device has said that it was done with what it had not been sent.
        var hasClaimedUnfetched = false
        /// Larger for later orders.
        var age: UInt64
    }

    /// What a device was sent of a file.
    struct Bytes: Hashable, Sendable {
        /// Known to have arrived; known to have left this machine or to have been there when nobody could look, so that
        /// they may have arrived; and handed to the system.
        var arrived = ByteSpans(), left = ByteSpans(), handed = ByteSpans()

        /// Adds bytes that came so far, and so came to all stages before.
        mutating func insert(_ range: Range<Int64>, _ stage: DeliveryRecord.Stage) {
            handed.insert(range)
            if stage != .handed { left.insert(range) }
            if stage == .arrived { arrived.insert(range) }
        }
    }

    /// A delivery that has not ended.
    struct Open: Sendable {
        var device: String, file: DeliveredFile, release: Version
        var start: Int64
        /// Behind the last byte that the system has taken, and behind the last that was handed to it or is about to be.
        var taken: Int64, end: Int64
    }

    private(set) var entries: [ExactText: Entry] = [:]
    private(set) var open: [UInt64: Open] = [:]
    /// Those of each device.
    private var openNumbers: [ExactText: [UInt64]] = [:]
    private var orders: UInt64 = 0

    /// Whether something is being delivered to a device.
    func isDelivering(_ device: String) -> Bool { openNumbers[device] != nil }

    /// What is being delivered to a device.
    func underWay(to device: String) -> [UInt64] { openNumbers[device] ?? [] }

    /// Bytes of a release that a device was sent: all of them only if all are known to have arrived, and none only if
    /// none was handed over and the device never said that it had them.
    func sent(of release: Version, to device: String) -> Int64 {
        guard let entry = entries[device], entry.release == release else { return 0 }
        if entry.arrived >= entry.size { return entry.arrived }
        let least: Int64 = entry.hasClaimedUnfetched ? 1 : 0
        return min(max(entry.handed, least), entry.size - 1)
    }

    /// Takes a record in.
    mutating func apply(_ record: DeliveryRecord) {
        switch record {
        case .opened(let device, let release, let size): openOrder(device, release, size)
        case .fetches(let device, let action): entries[device]?.action = action
        case .began(let delivery, let device, let file, let start): begin(delivery, device, file, start)
        case .handed(let delivery, let end, let arrived): hand(delivery, upTo: end, arrived)
        case .taken(let delivery, let end, let arrived): take(delivery, upTo: end, arrived)
        case .ended(let delivery, let arrived, let left): end(delivery, arrived, left)
        case .claimedUnfetched(let device): entries[device]?.hasClaimedUnfetched = true
        case .forgotten(let device): entries[device] = nil
        case .has(let device, let file, let range, let stage):
            entries[device]?.files[file, default: Bytes()].insert(range, stage)
        }
    }

    /// The bytes of a delivery under way up to one are known to have arrived, and those up to another may have left. Not
    /// written down: its end is.
    mutating func looked(at delivery: UInt64, arrived: Int64, left: Int64) {
        guard let delivery = open[delivery] else { return }
        change(delivery) { bytes in
            if left > delivery.start { bytes.insert(delivery.start..<left, .left) }
            if arrived > delivery.start { bytes.insert(delivery.start..<arrived, .arrived) }
        }
    }

    /// Ends what was under way in a process that is no more.
    /// - Parameter believes: Whether what the system had taken is believed to have arrived. It goes on sending that when a
    ///   process is killed, and nobody can say any more how far it got. The piece that was on its way may have been taken
    ///   in part, and the rest of it went down with the process.
    mutating func endAll(believes: Bool) {
        for (number, delivery) in open { end(number, believes ? delivery.taken : delivery.start, nil) }
    }

    /// Records by which this state is made again.
    var records: [DeliveryRecord] {
        var records: [DeliveryRecord] = []
        for (id, entry) in entries.sorted(by: { $0.value.age < $1.value.age }) {
            let device = id.text
            records.append(.opened(device: device, release: entry.release, size: entry.size))
            if entry.action > 0 { records.append(.fetches(device: device, action: entry.action)) }
            if entry.hasClaimedUnfetched { records.append(.claimedUnfetched(device: device)) }
        }
        // Those of another release say nothing of the one that is to be fetched.
        let open = open.filter { entries[$0.value.device]?.release == $0.value.release }
        // Before it is said what was handed over: by the beginning of each it is decided already what its device had.
        for (number, delivery) in open {
            records.append(
                .began(delivery: number, device: delivery.device, file: delivery.file, start: delivery.start))
        }
        for (device, entry) in entries {
            for (file, bytes) in entry.files {
                for (spans, stage, next) in [
                    (bytes.handed, DeliveryRecord.Stage.handed, bytes.left), (bytes.left, .left, bytes.arrived),
                    (bytes.arrived, .arrived, ByteSpans()),
                ] {
                    records += spans.ranges.filter { !next.ranges.contains($0) }.map {
                        .has(device: device.text, file: file, range: $0, stage)
                    }
                }
            }
        }
        for (number, delivery) in open {
            records.append(.taken(delivery: number, end: delivery.taken, arrived: delivery.start))
            records.append(.handed(delivery: number, end: delivery.end, arrived: delivery.start))
        }
        return records
    }

    // MARK: - Parts

    private mutating func openOrder(_ device: String, _ release: Version, _ size: Int64) {
        guard entries[device]?.release != release || entries[device]?.size != size else { return }
        orders += 1
        entries[device] = Entry(release: release, size: size, age: orders)
        guard entries.count > Self.mostDevices else { return }
        // A tenth at once, so that not each further device costs a look at all.
        let old = entries.sorted { $0.value.age < $1.value.age }.prefix(Self.mostDevices / 10)
        for (device, _) in old { entries[device] = nil }
    }

    private mutating func begin(_ delivery: UInt64, _ device: String, _ file: DeliveredFile, _ start: Int64) {
        guard let release = entries[device]?.release, open[delivery] == nil else { return }
        let new = Open(device: device, file: file, release: release, start: start, taken: start, end: start)
        open[delivery] = new
        openNumbers[device, default: []].append(delivery)
        // A client goes on behind the last byte that it has. Bytes that never left are none that it has.
        change(new) { $0.arrived.insert($0.left.run(before: start)) }
    }

    private mutating func hand(_ number: UInt64, upTo end: Int64, _ arrived: Int64) {
        guard let delivery = open[number], end > delivery.end else { return }
        open[number]?.taken = delivery.end
        open[number]?.end = end
        change(delivery) { $0.handed.insert(delivery.start..<end) }
        looked(at: number, arrived: arrived, left: arrived)
    }

    private mutating func take(_ number: UInt64, upTo end: Int64, _ arrived: Int64) {
        guard let delivery = open[number], end > delivery.taken else { return }
        open[number]?.taken = end
        open[number]?.end = max(end, delivery.end)
        change(delivery) { $0.handed.insert(delivery.start..<end) }
        looked(at: number, arrived: arrived, left: arrived)
    }

    private mutating func end(_ number: UInt64, _ arrived: Int64, _ left: Int64?) {
        guard let delivery = open[number] else { return }
        looked(at: number, arrived: arrived, left: left ?? delivery.end)
        open[number] = nil
        openNumbers[delivery.device]?.removeAll { $0 == number }
        if openNumbers[delivery.device]?.isEmpty == true { openNumbers[delivery.device] = nil }
    }

    /// Changes what is known of a delivery's file, unless its device is to fetch another release by now.
    private mutating func change(_ delivery: Open, _ body: (inout Bytes) -> Void) {
        guard entries[delivery.device]?.release == delivery.release else { return }
        body(&entries[delivery.device, default: Self.noEntry].files[delivery.file, default: Bytes()])
    }

    private static let noEntry = Entry(release: Version(0, 0, 0), size: 0, age: 0)
}

extension DeliveryState.Entry {
    /// Bytes that are known to have arrived, and those that may have.
    var arrived: Int64 { files.values.reduce(0) { $0 + $1.arrived.count } }
    var handed: Int64 { files.values.reduce(0) { $0 + $1.handed.count } }
}
