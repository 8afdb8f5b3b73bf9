extension FleetSettings: FactPart {
    static var partName: String { "a fleet's settings" }
    func write(to writer: inout FactWriter) {
        writer.write(name, timeZone, heartbeat, missedHeartbeats)
        writer.write(limits, floor, freezes, gateDefaults, retry, deadlines)
    }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(name: try reader.read())
        timeZone = try reader.read()
        heartbeat = try reader.read()
        missedHeartbeats = try reader.read()
        limits = try reader.read()
        floor = try reader.read()
        freezes = try reader.read()
        gateDefaults = try reader.read()
        retry = try reader.read()
        deadlines = try reader.read()
    }
}

extension Limits: FactPart {
    static var partName: String { "limits" }
    func write(to writer: inout FactWriter) {
        writer.write(inFlight, inFlightPerRegion, inFlightPerSite, startsPerMinute, ramp, bytesPerSecondPerRegion)
    }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        inFlight = try reader.read()
        inFlightPerRegion = try reader.read()
        inFlightPerSite = try reader.read()
        startsPerMinute = try reader.read()
        ramp = try reader.read()
        bytesPerSecondPerRegion = try reader.read()
    }
}

extension AvailabilityFloor: FactPart {
    static var partName: String { "a floor" }
    func write(to writer: inout FactWriter) { writer.write(untouched, appliesFrom) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        untouched = try reader.read()
        appliesFrom = try reader.read()
    }
}

extension Freeze: FactPart {
    static var partName: String { "a freeze" }
    func write(to writer: inout FactWriter) { writer.write(name, from, until, regions) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            name: try reader.read(), from: try reader.read(), until: try reader.read(), regions: try reader.read())
    }
}

extension RetryPolicy: FactPart {
    static var partName: String { "a policy for retries" }
    func write(to writer: inout FactWriter) { writer.write(attempts, backoff, maximumBackoff) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        attempts = try reader.read()
        backoff = try reader.read()
        maximumBackoff = try reader.read()
    }
}

extension StepDeadlines: FactPart {
    static var partName: String { "the deadlines of steps" }
    func write(to writer: inout FactWriter) { writer.write(offered, downloading, installing, confirming) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        offered = try reader.read()
        downloading = try reader.read()
        installing = try reader.read()
        confirming = try reader.read()
    }
}

extension Gate: FactPart {
    static var partName: String { "a gate" }
    func write(to writer: inout FactWriter) {
        writer.write(threshold, minimumSample, timeout, demandsConfidence, requiresApproval)
    }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        threshold = try reader.read()
        minimumSample = try reader.read()
        timeout = try reader.read()
        demandsConfidence = try reader.read()
        requiresApproval = try reader.read()
    }
}
