/// Ids, names and addresses in one arena of bytes, with an index of the ids by open addressing: about 12 bytes a device
/// beside the texts themselves (measured design: `[String: Int32]` takes ten times that).
struct DeviceIdentity: Equatable, Sendable {
    enum Field: Int { case id = 0, name, address }

    private var bytes: [UInt8] = []
    private var starts: [UInt32] = []
    /// Device number + 1 by hash; 0: free. A power of two, at most half full.
    private var slots: [UInt32] = Array(repeating: 0, count: 16)

    var count: Int { starts.count }
    /// What it has allocated.
    var bytesAllocated: Int { bytes.capacity + (starts.capacity + slots.capacity) * MemoryLayout<UInt32>.stride }

    /// Takes in the next device; its id must be new.
    mutating func append(id: String, name: String, address: String) {
        starts.append(store(id: id, name: name, address: address))
        if starts.count * 2 > slots.count { grow() }
        insert(UInt32(starts.count - 1))
    }

    /// Gives a device another name and address; its id stays.
    mutating func replace(_ device: Int, name: String, address: String) {
        guard text(device, .name) != name || text(device, .address) != address else { return }
        starts[device] = store(id: text(device, .id), name: name, address: address)
    }

    func text(_ device: Int, _ field: Field) -> String {
        String(decoding: bytes[range(device, field)], as: UTF8.self)
    }

    func index(of id: String) -> DeviceIndex? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: StableHash.of(id)) & mask
        while slots[slot] != 0 {
            let device = Int(slots[slot] - 1)
            if bytes[range(device, .id)].elementsEqual(id.utf8) { return DeviceIndex(UInt32(device)) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Each text is stored after two bytes of its length; longer ones are cut at 65,535 bytes.
    private mutating func store(id: String, name: String, address: String) -> UInt32 {
        let start = UInt32(bytes.count)
        for text in [id, name, address] {
            let utf8 = Array(text.utf8.prefix(Int(UInt16.max)))
            bytes.append(UInt8(utf8.count & 0xff))
            bytes.append(UInt8(utf8.count >> 8))
            bytes.append(contentsOf: utf8)
        }
        return start
    }

    private func range(_ device: Int, _ field: Field) -> Range<Int> {
        var position = Int(starts[device])
        for _ in 0..<field.rawValue { position += 2 + length(at: position) }
        return position + 2..<position + 2 + length(at: position)
    }

    private func length(at position: Int) -> Int { Int(bytes[position]) | Int(bytes[position + 1]) << 8 }

    private mutating func insert(_ device: UInt32) {
        var hash = StableHash(seed: 0)
        hash.combine(bytes: bytes[range(Int(device), .id)])
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash.value) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = device + 1
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for device in 0..<(starts.count - 1) { insert(UInt32(device)) }
    }
}

extension DeviceIdentity {
    /// The index is not written: it follows from the ids.
    func write(to writer: inout FactWriter) {
        writer.write(column: bytes)
        writer.write(column: starts)
    }

    init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        bytes = try reader.column("ids, names and addresses")
        starts = try reader.column("the places of ids")
        var size = slots.count
        while starts.count * 2 > size { size *= 2 }
        slots = Array(repeating: 0, count: size)
        for device in starts.indices {
            guard holdsTexts(at: Int(starts[device])), insertIfNew(UInt32(device)) else {
                throw DecodingFailure(offset: start, expected: "the id, name and address of device \(device)")
            }
        }
    }

    /// Whether three texts with their lengths lie at a place of the arena.
    private func holdsTexts(at start: Int) -> Bool {
        var position = start
        for _ in 0..<3 {
            guard position + 2 <= bytes.count else { return false }
            position += 2 + length(at: position)
        }
        return position <= bytes.count
    }

    /// False: a device before it has the same id.
    private mutating func insertIfNew(_ device: UInt32) -> Bool {
        let id = bytes[range(Int(device), .id)]
        var hash = StableHash(seed: 0)
        hash.combine(bytes: id)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash.value) & mask
        while slots[slot] != 0 {
            if bytes[range(Int(slots[slot] - 1), .id)].elementsEqual(id) { return false }
            slot = (slot + 1) & mask
        }
        slots[slot] = device + 1
        return true
    }
}
