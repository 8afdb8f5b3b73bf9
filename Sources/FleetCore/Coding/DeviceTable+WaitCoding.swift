/// What few devices have, each behind the index of its device.
extension DeviceTable {
    func writeWaits(to writer: inout FactWriter) {
        writer.write(introductions.map { Waiting(device: DeviceIndex($0.key), since: $0.value) })
        writer.write(holds.map { Held(device: DeviceIndex($0.key), hold: $0.value) })
        writer.write(descriptions.map { Described(device: DeviceIndex($0.key), tags: $0.value) })
        writer.write(refusals.map { DeviceIndex($0) })
    }

    mutating func readWaits(from reader: inout FactReader) throws(DecodingFailure) {
        let waiting: [Waiting] = try reader.read(), held: [Held] = try reader.read()
        let described: [Described] = try reader.read()
        let refused: [DeviceIndex] = try reader.read()
        for entry in waiting { introductions[entry.device.rawValue] = entry.since }
        for entry in held { holds[entry.device.rawValue] = entry.hold }
        for entry in described { descriptions[entry.device.rawValue] = entry.tags }
        for device in refused { refusals.append(device.rawValue) }
        guard introductions.count == waiting.count, holds.count == held.count, descriptions.count == described.count,
            refusals.count == refused.count
        else { throw reader.failure("devices, each once") }
    }

    /// Whether those that wait and are held are out of service, and everything is within its bounds.
    var hasItsWaits: Bool {
        guard introductions.count <= Introduction.mostWaiting,
            introductions.allSatisfy({ waits($0.key) && $0.value.isInBounds && holds[$0.key] == nil }),
            holds.allSatisfy({ waits($0.key) && $0.value.since.isInBounds && $0.value.reason.isInBounds })
        else { return false }
        guard refusals.allSatisfy({ Int($0) < count && lifecycles[Int($0)] == .decommissioned }) else { return false }
        return descriptions.allSatisfy { Int($0.key) < count && DeviceAttributes.isTaken($0.value) }
    }

    private func waits(_ number: UInt32) -> Bool { Int(number) < count && lifecycles[Int(number)] == .registered }
}

private struct Waiting: FactPart {
    var device: DeviceIndex
    var since: Timestamp

    package static var partName: String { "a device that waits" }
    init(device: DeviceIndex, since: Timestamp) { (self.device, self.since) = (device, since) }
    package func write(to writer: inout FactWriter) { writer.write(device, since) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        (device, since) = (try reader.read(), try reader.read())
    }
}

private struct Held: FactPart {
    var device: DeviceIndex
    var hold: DeviceHold

    package static var partName: String { "a device that is held" }
    init(device: DeviceIndex, hold: DeviceHold) { (self.device, self.hold) = (device, hold) }
    package func write(to writer: inout FactWriter) { writer.write(device, hold.reason, hold.since) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        device = try reader.read()
        hold = DeviceHold(reason: try reader.read(), since: try reader.read())
    }
}

private struct Described: FactPart {
    var device: DeviceIndex
    var tags: [Tag]

    package static var partName: String { "a device that described itself" }
    init(device: DeviceIndex, tags: [Tag]) { (self.device, self.tags) = (device, tags) }
    package func write(to writer: inout FactWriter) { writer.write(device, tags) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        (device, tags) = (try reader.read(), try reader.read())
    }
}
