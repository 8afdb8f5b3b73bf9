extension AssignmentTable {
    /// The look-up by device is not written: it follows from the devices.
    package func write(to writer: inout FactWriter) {
        writer.write(column: devices.map(\.rawValue))
        writer.write(column: states)
        writer.write(column: steps)
        writer.write(column: attempts)
        writer.write(column: reasonNumbers)
        writer.write(column: previousVersions)
        writer.write(column: targetVersions)
        writer.write(column: startedAt)
        writer.write(column: stepSince)
        writer.write(column: endedAt)
        writer.write(column: generations)
        turnedBad.write(to: &writer)
        ready.write(to: &writer)
        writer.write(column: live)
        writer.write(reasons)
    }

    /// - Parameter registry: The devices that the assignments speak of.
    init(in registry: DeviceTable, from reader: inout FactReader) throws(DecodingFailure) {
        let numbers: [UInt32] = try reader.column("devices")
        self.init(targets: numbers.map(DeviceIndex.init), skipped: [], state: .pending)
        states = try reader.column("states")
        steps = try reader.column("steps")
        attempts = try reader.column("attempts")
        reasonNumbers = try reader.column("reasons")
        previousVersions = try reader.column("versions before")
        targetVersions = try reader.column("versions to reach")
        startedAt = try reader.column("starts")
        stepSince = try reader.column("beginnings of steps")
        endedAt = try reader.column("ends")
        generations = try reader.column("generations")
        turnedBad = try Bitset(from: &reader)
        ready = try Bitset(from: &reader)
        live = try reader.column("live assignments")
        reasons = try reader.interner("reasons")
        if let missing = missing(in: registry) { throw reader.failure(missing) }
    }

    /// What would have to be there for this to be a table of assignments; nil: it is.
    private func missing(in registry: DeviceTable) -> String? {
        let counts = [
            devices.count, steps.count, attempts.count, reasonNumbers.count, previousVersions.count, startedAt.count,
            stepSince.count, endedAt.count, generations.count, turnedBad.capacity, ready.capacity,
        ]
        guard counts.allSatisfy({ $0 == count }), targetVersions.isEmpty || targetVersions.count == count else {
            return "columns of one length"
        }
        guard namesDevicesOnce(registry.count) else { return "devices of the registry, each once" }
        let versions = registry.versions.count
        guard previousVersions.allSatisfy({ $0 == Self.noVersion || Int($0) < versions }),
            targetVersions.allSatisfy({ Int($0) < versions }),
            reasonNumbers.allSatisfy({ $0 == Self.noReason || Int($0) < reasons.count })
        else { return "the number of a version or a reason" }
        let moments = [startedAt, stepSince, endedAt]
        guard moments.allSatisfy({ $0.allSatisfy(StateBounds.isMoment) }) else { return "moments within bounds" }
        return hasItsLists ? nil : "the live and the ready of these assignments"
    }

    private func namesDevicesOnce(_ registered: Int) -> Bool {
        var seen = Bitset(capacity: registered)
        for device in devices {
            guard device.offset < registered, !seen[device.offset] else { return false }
            seen[device.offset] = true
        }
        return true
    }

    /// Whether the live are those listed, each once, and only what waits is ready.
    private var hasItsLists: Bool {
        var seen = Bitset(capacity: count)
        for slot in live {
            guard Int(slot) < count, !seen[Int(slot)], states[Int(slot)].isLive else { return false }
            seen[Int(slot)] = true
        }
        guard live.count == states.count(where: \.isLive) else { return false }
        var cursor = 0
        while let position = ready.next(from: cursor, before: count) {
            guard states[position] == .pending || states[position] == .scheduled else { return false }
            cursor = position + 1
        }
        return true
    }
}
