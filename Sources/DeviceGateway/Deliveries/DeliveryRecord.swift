import FleetCore

/// A file of a release: its place in it, and what it holds.
struct DeliveredFile: Hashable, Sendable {
    var place: Int
    var sha256: String
}

/// One thing that happened on the way of a release's files to a device; a line of the file of deliveries.
enum DeliveryRecord: Hashable, Sendable {
    /// The device is to fetch this release, of so many bytes. What is known of another is of no use to it.
    case opened(device: String, release: Version, size: Int64)
    /// The device fetches for this action from now on.
    case fetches(device: String, action: UInt32)
    /// A delivery begins at this byte of a file. It says that the device has those before it which were handed over.
    case began(delivery: UInt64, device: String, file: DeliveredFile, start: Int64)
    /// The bytes of a delivery up to this one are about to be handed to the system, which has taken all that were handed
    /// to it before. Those up to `arrived` have arrived.
    case handed(delivery: UInt64, end: Int64, arrived: Int64)
    /// The system has taken the bytes of a delivery up to this one, and those up to `arrived` have arrived.
    case taken(delivery: UInt64, end: Int64, arrived: Int64)
    /// A delivery has ended; its bytes up to `arrived` are known to have arrived, and those up to `left` may have; nil: all
    /// that were handed over may.
    case ended(delivery: UInt64, arrived: Int64, left: Int64?)
    /// The device said that it was done with what it had not been sent.
    case claimedUnfetched(device: String)
    /// What is known of a device is of no use any more.
    case forgotten(device: String)
    /// These bytes of a file came so far on their way to a device.
    case has(device: String, file: DeliveredFile, range: Range<Int64>, Stage)

    /// How far bytes are known to have come.
    enum Stage: String {
        /// The system was given them; they may have left; they have arrived.
        case handed = "was-handed", left = "may-have", arrived = "has"
    }
}

extension DeliveryRecord {
    /// The fields of its line. None has a control character: an id and a version have none.
    var fields: [String] {
        switch self {
        case .opened(let device, let release, let size): ["opened", device, "\(release)", "\(size)"]
        case .fetches(let device, let action): ["fetches", device, "\(action)"]
        case .began(let delivery, let device, let file, let start):
            ["began", "\(delivery)", device, "\(file.place)", file.sha256, "\(start)"]
        case .handed(let delivery, let end, let arrived): ["handed", "\(delivery)", "\(end)", "\(arrived)"]
        case .taken(let delivery, let end, let arrived): ["taken", "\(delivery)", "\(end)", "\(arrived)"]
        case .ended(let delivery, let arrived, let left):
            ["ended", "\(delivery)", "\(arrived)"] + (left.map { ["\($0)"] } ?? [])
        case .claimedUnfetched(let device): ["claimed", device]
        case .forgotten(let device): ["forgotten", device]
        case .has(let device, let file, let range, let stage):
            [
                stage.rawValue, device, "\(file.place)", file.sha256, "\(range.lowerBound)", "\(range.upperBound)",
            ]
        }
    }

    /// Reads the fields of a line; nil: they are none.
    init?(_ fields: [Substring]) {
        guard let name = fields.first else { return nil }
        switch (name, fields.count) {
        case ("opened", 4):
            guard let release = Version(String(fields[2])), let size = Int64(fields[3]), size >= 0 else { return nil }
            self = .opened(device: String(fields[1]), release: release, size: size)
        case ("fetches", 3):
            guard let action = UInt32(fields[2]) else { return nil }
            self = .fetches(device: String(fields[1]), action: action)
        case ("began", 6):
            guard let delivery = UInt64(fields[1]), let file = DeliveredFile(fields[3], fields[4]),
                let start = Int64(fields[5]), start >= 0
            else { return nil }
            self = .began(delivery: delivery, device: String(fields[2]), file: file, start: start)
        // One of three fields was written by a program that noted less.
        case ("handed", 3), ("handed", 4), ("taken", 4):
            guard let delivery = UInt64(fields[1]), let end = Int64(fields[2]),
                let arrived = fields.count == 4 ? Int64(fields[3]) : 0, 0 <= arrived, arrived <= end
            else { return nil }
            self =
                name == "handed"
                ? .handed(delivery: delivery, end: end, arrived: arrived)
                : .taken(delivery: delivery, end: end, arrived: arrived)
        // As above.
        case ("ended", 3), ("ended", 4):
            let left = fields.count == 4 ? Int64(fields[3]) : nil
            guard let delivery = UInt64(fields[1]), let arrived = Int64(fields[2]), 0 <= arrived,
                fields.count == 3 || left.map({ arrived <= $0 }) == true
            else { return nil }
            self = .ended(delivery: delivery, arrived: arrived, left: left)
        case ("claimed", 2): self = .claimedUnfetched(device: String(fields[1]))
        case ("forgotten", 2): self = .forgotten(device: String(fields[1]))
        case (_, 6):
            guard let stage = Stage(rawValue: String(name)), let file = DeliveredFile(fields[2], fields[3]),
                let lower = Int64(fields[4]),
                let upper = Int64(fields[5]), 0 <= lower, lower < upper
            else { return nil }
            self = .has(device: String(fields[1]), file: file, range: lower..<upper, stage)
        default: return nil
        }
    }
}

extension DeliveredFile {
    fileprivate init?(_ place: Substring, _ sha256: Substring) {
        guard let place = Int(place), place >= 0 else { return nil }
        self.init(place: place, sha256: String(sha256))
    }
}
