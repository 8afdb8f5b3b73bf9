extension FleetSettings: FactPart {
    package static var partName: String { "a fleet's settings" }
    package func write(to writer: inout FactWriter) {
        writer.write(name, timeZone, heartbeat, missedHeartbeats)
        writer.write(limits, floor, freezes, gateDefaults, retry, deadlines, access, fourEyes)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
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
        guard reader.format >= 2 else { return }
        access = try reader.read()
        fourEyes = try reader.read()
    }
}

extension Limits: FactPart {
    package static var partName: String { "limits" }
    package func write(to writer: inout FactWriter) {
        writer.write(inFlight, inFlightPerRegion, inFlightPerSite, startsPerMinute, ramp, bytesPerSecondPerRegion)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
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
    package static var partName: String { "a floor" }
    package func write(to writer: inout FactWriter) { writer.write(untouched, appliesFrom) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        untouched = try reader.read()
        appliesFrom = try reader.read()
    }
}

extension Freeze: FactPart {
    package static var partName: String { "a freeze" }
    package func write(to writer: inout FactWriter) { writer.write(name, from, until, regions) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            name: try reader.read(), from: try reader.read(), until: try reader.read(), regions: try reader.read())
    }
}

extension RetryPolicy: FactPart {
    package static var partName: String { "a policy for retries" }
    package func write(to writer: inout FactWriter) { writer.write(attempts, backoff, maximumBackoff) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        attempts = try reader.read()
        backoff = try reader.read()
        maximumBackoff = try reader.read()
    }
}

extension StepDeadlines: FactPart {
    package static var partName: String { "the deadlines of steps" }
    package func write(to writer: inout FactWriter) { writer.write(offered, downloading, installing, confirming) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        offered = try reader.read()
        downloading = try reader.read()
        installing = try reader.read()
        confirming = try reader.read()
    }
}

extension Gate: FactPart {
    package static var partName: String { "a gate" }
    package func write(to writer: inout FactWriter) {
        writer.write(threshold, minimumSample, timeout, demandsConfidence, requiresApproval)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        threshold = try reader.read()
        minimumSample = try reader.read()
        timeout = try reader.read()
        demandsConfidence = try reader.read()
        requiresApproval = try reader.read()
    }
}

extension AccessSettings: FactPart {
    package static var partName: String { "who may do what" }
    package func write(to writer: inout FactWriter) { writer.write(users, groups) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        users = try reader.read()
        groups = try reader.read()
    }
}

extension RoleGrant: FactPart {
    package static var partName: String { "a role of a name" }
    package func write(to writer: inout FactWriter) { writer.write(name, role) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(try reader.read(), try reader.read())
    }
}

extension FourEyes: FactPart {
    package static var partName: String { "what needs two people" }
    package func write(to writer: inout FactWriter) { writer.write(updateOver, rollbackOver) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        updateOver = try reader.read()
        rollbackOver = try reader.read()
    }
}
