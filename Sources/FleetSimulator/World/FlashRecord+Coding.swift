import FleetCore

/// A flash record as bytes, so that whoever holds the simulation can keep terminals over the end of a process.
///
/// One byte of format, then the parts in order: numbers as little-endian base-128 varints, texts and versions behind
/// their length, optionals behind 0 or 1.
extension FlashRecord {
    private static let format: UInt8 = 1

    /// The record's bytes.
    public var bytes: [UInt8] {
        var writer = FlashWriter()
        writer.bytes.append(Self.format)
        writer.write(device)
        writer.write(flash)
        return writer.bytes
    }

    /// The record of these bytes, all of which it must use up; nil: they are none.
    public init?(bytes: [UInt8]) {
        var reader = FlashReader(bytes)
        guard reader.byte() == Self.format, let device = reader.text(), let flash = reader.flash(), reader.isAtEnd
        else { return nil }
        self.init(device: device, flash: flash)
    }
}

private struct FlashWriter {
    var bytes: [UInt8] = []

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(_ number: Int64) { write(UInt64(bitPattern: number)) }
    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ text: String) {
        write(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write<Value>(_ value: Value?, _ body: (inout FlashWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    mutating func write(_ flash: Flash) {
        write(flash.running.description)
        write(flash.otherSlot) { $0.write($1.description) }
        write(flash.download) {
            $0.write($1.release.description)
            $0.write($1.bytes)
        }
        write(flash.job) { $0.write($1) }
        write(flash.ended) {
            $0.write(UInt64($1.generation))
            $0.write($1.outcome)
            $0.write($1.isReported)
        }
        write(flash.tried) {
            $0.write($1.release.description)
            $0.write(UInt64($1.generation))
            $0.write(Int64($1.count))
        }
        write(Int64(flash.installations))
        write(flash.silentUntil) { $0.write($1.milliseconds) }
    }

    /// A cause is an optional part, and absent for what is done; 2 in the place of its 0 or 1 is an order that was
    /// dropped.
    mutating func write(_ outcome: Flash.EndedOrder.Outcome) {
        switch outcome {
        case .done: bytes.append(0)
        case .gaveUp(let cause):
            bytes.append(1)
            write(cause.code)
            write(cause.isPermanent)
        case .dropped: bytes.append(2)
        }
    }

    /// A withdrawn order is never carried out, so that a job does not say whether its order is one.
    mutating func write(_ job: Flash.Job) {
        write(UInt64(job.order.device.rawValue))
        write(UInt64(job.order.update.rawValue))
        write(Int64(job.order.attempt))
        write(UInt64(job.order.generation))
        write(job.order.release.description)
        write(job.order.size)
        write(job.order.isRollback)
        write(UInt64(job.step.rawValue))
        write(job.since.milliseconds)
        write(Int64(job.attempt))
    }
}

private struct FlashReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A number in at most ten groups of seven bits.
    mutating func number() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let group = byte(), shift < 63 || group < 2 else { return nil }
            number |= UInt64(group & 0x7f) << shift
            if group < 0x80 { return number }
        }
        return nil
    }

    mutating func signed() -> Int64? { number().map { Int64(bitPattern: $0) } }
    mutating func narrow<Number: FixedWidthInteger>() -> Number? { number().flatMap { Number(exactly: $0) } }
    mutating func count() -> Int? { signed().flatMap { $0 < 0 ? nil : Int($0) } }

    mutating func flag() -> Bool? {
        guard let byte = byte(), byte < 2 else { return nil }
        return byte == 1
    }

    mutating func text() -> String? {
        guard let length: Int = narrow(), length <= bytes.count - offset else { return nil }
        defer { offset += length }
        return String(validating: bytes[offset..<offset + length], as: UTF8.self)
    }

    mutating func version() -> Version? { text().flatMap { Version($0) } }

    /// An optional part: nil if the bytes are wrong, `.some(nil)` if the part is absent.
    mutating func part<Value>(_ body: (inout FlashReader) -> Value?) -> Value?? {
        guard let isPresent = flag() else { return nil }
        guard isPresent else { return .some(nil) }
        return body(&self).map { .some($0) }
    }

    mutating func flash() -> Flash? {
        guard let running = version() else { return nil }
        var flash = Flash(running: running)
        guard let otherSlot = part({ $0.version() }), let download = part({ $0.download() }),
            let job = part({ $0.job() }), let ended = part({ $0.ended() }), let tried = part({ $0.tries() }),
            let installations = count(), let silentUntil = part({ $0.moment() })
        else { return nil }
        flash.otherSlot = otherSlot
        flash.download = download
        flash.job = job
        flash.ended = ended
        flash.tried = tried
        flash.installations = installations
        flash.silentUntil = silentUntil
        return flash
    }

    mutating func moment() -> Timestamp? { signed().map { Timestamp(milliseconds: $0) } }

    mutating func download() -> Flash.Download? {
        guard let release = version(), let bytes = signed(), bytes >= 0 else { return nil }
        return Flash.Download(release: release, bytes: bytes)
    }

    mutating func ended() -> Flash.EndedOrder? {
        guard let generation: UInt32 = narrow(), let outcome = outcome(), let isReported = flag()
        else { return nil }
        return Flash.EndedOrder(generation: generation, outcome: outcome, isReported: isReported)
    }

    mutating func outcome() -> Flash.EndedOrder.Outcome? {
        switch byte() {
        case 0: .done
        case 1: cause().map { .gaveUp($0) }
        case 2: .dropped
        default: nil
        }
    }

    mutating func cause() -> FailureCause? {
        guard let code = text(), let isPermanent = flag() else { return nil }
        return FailureCause(code: code, isPermanent: isPermanent)
    }

    mutating func tries() -> Flash.Tries? {
        guard let release = version(), let generation: UInt32 = narrow(), let count = count() else { return nil }
        return Flash.Tries(release: release, generation: generation, count: count)
    }

    mutating func job() -> Flash.Job? {
        guard let device: UInt32 = narrow(), let update: UInt16 = narrow(), let attempt = count(),
            let generation: UInt32 = narrow(), let release = version(), let size = signed(), size >= 0,
            let isRollback = flag(), let step = byte().flatMap({ AttemptStep(rawValue: $0) }), let since = moment(),
            let tries = count()
        else { return nil }
        let order = Order(
            device: DeviceIndex(device), update: UpdateIndex(update), attempt: attempt, generation: generation,
            release: release, size: size, isRollback: isRollback)
        return Flash.Job(order: order, step: step, since: since, attempt: tries)
    }
}
