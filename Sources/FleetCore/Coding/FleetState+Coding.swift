extension FleetState {
    package func write(to writer: inout FactWriter) {
        writer.write(settings, Array(releases.values))
        devices.write(to: &writer)
        writer.write(varint: UInt64(updates.count))
        for update in updates { update.write(to: &writer) }
        writer.write(openUpdates, listeningSince, generation, renumberings, revision, lastFactAt)
        writer.write(recentCommands.entries, recentCommands.forgottenUpTo)
    }

    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        settings = try reader.read()
        try readReleases(from: &reader)
        devices = try DeviceTable(from: &reader)
        try readUpdates(from: &reader)
        openUpdates = try reader.read()
        listeningSince = try reader.read()
        generation = try reader.read()
        renumberings = try reader.read()
        revision = try reader.read()
        lastFactAt = try reader.read()
        recentCommands.entries = try reader.read()
        recentCommands.forgottenUpTo = try reader.read()
        if let missing = missing { throw reader.failure(missing) }
    }

    private mutating func readReleases(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        let list: [Release] = try reader.read()
        for release in list { releases[release.version] = release }
        guard releases.count == list.count else {
            throw DecodingFailure(offset: start, expected: "releases, each once")
        }
    }

    private mutating func readUpdates(from reader: inout FactReader) throws(DecodingFailure) {
        let count = try reader.count(of: "a list of updates")
        guard count < DeviceTable.noUpdate else { throw reader.failure("fewer updates") }
        for number in 0..<count {
            let update = try UpdateRecord(UpdateIndex(UInt16(number)), in: devices, from: &reader)
            updates.append(update)
            updateIndices[update.id] = update.index
        }
    }

    /// Room for what is written, so that the bytes are not moved while they grow.
    var estimatedLength: Int {
        let assignments = updates.reduce(0) { $0 + $1.assignments.columnBytes }
        return devices.columnBytes + assignments + (1 << 16)
    }
}
