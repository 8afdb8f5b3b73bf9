import FleetCore

/// Puts what one simulated terminal says into requests, and hands what the gateway answers back to its world.
///
/// A request that fails is not repeated at once: the next heartbeat says all that is still to be said.
struct TerminalVoice: Sendable {
    /// Rounds of one contact, in which a cancel may be followed by a deployment.
    private static let mostRounds = 3
    /// How often the rest of a release is asked for before the terminal gives up.
    private static let fetchAttempts = 3

    /// The action that the terminal is at, as far as the gateway knows.
    private struct Action {
        var deployment: DDIDeployment
        var files: [PartialFile]
        var isInstalling = false
        var hasRestarted = false
        /// The last word of it, until the gateway has heard it.
        var ending: DDIFeedback?

        init(_ deployment: DDIDeployment) {
            self.deployment = deployment
            files = deployment.files.map { _ in PartialFile() }
        }

        /// Whether all files are there and are what they are said to be.
        var isProven: Bool { zip(files, deployment.files).allSatisfy { $0.isProven($1) } }
    }

    private let device: DeviceIndex
    private let client: DDIClient
    private let room: SimulatedTerminals
    private var action: Action?
    private var knownFirmware: Version?

    init(_ device: DeviceIndex, _ client: DDIClient, room: SimulatedTerminals) {
        self.device = device
        self.client = client
        self.room = room
    }

    /// Says what the terminal says, in order.
    mutating func carry(_ reports: [Report]) async {
        for report in reports where !Task.isCancelled { try? await carry(report) }
    }

    private mutating func carry(_ report: Report) async throws {
        if case .contacted(let firmware) = report.body { return try await contact(firmware) }
        guard let action, report.generation == action.deployment.action, action.ending == nil else { return }
        switch report.body {
        case .reached(.downloading): try await client.say(.proceeding, of: action.deployment.action)
        case .reached(.installing): try await install()
        case .received(let bytes): try await fetch(through: bytes)
        case .restarted: self.action?.hasRestarted = true
        case .gaveUp(let cause):
            self.action?.ending = .failed(Self.words(cause))
            try await sayEnding()
        default: break
        }
    }

    // MARK: - Contacts

    /// A heartbeat, or the first word after a restart.
    private mutating func contact(_ firmware: Version?) async throws {
        if let action, action.ending == nil, action.isInstalling, action.isProven,
            action.hasRestarted || firmware == action.deployment.release
        {
            self.action?.ending = .succeeded
            // What it says it runs is to be heard after that, also when it is what it ran before.
            knownFirmware = nil
        }
        try await sayEnding()
        if let firmware, firmware != knownFirmware { try await describe(firmware) }
        try await poll(firmware)
    }

    private mutating func sayEnding() async throws {
        guard let action, let ending = action.ending else { return }
        try await client.say(ending, of: action.deployment.action)
        self.action = nil
    }

    private mutating func describe(_ firmware: Version) async throws {
        try await client.describe(firmware: firmware)
        knownFirmware = firmware
    }

    private mutating func poll(_ firmware: Version?) async throws {
        for _ in 0..<Self.mostRounds {
            let answer = try await client.poll()
            if answer.wantsAttributes, let firmware { try await describe(firmware) }
            if let cancel = answer.cancel {
                try await drop(cancel)
            } else if let deployment = answer.deployment {
                return try await begin(deployment)
            } else if !answer.wantsAttributes {
                return
            }
        }
    }

    private mutating func begin(_ link: DDILink) async throws {
        if action?.deployment.action != link.action { action = Action(try await client.deployment(link)) }
        guard let deployment = action?.deployment else { return }
        // One without files can only be a return to what is in the other slot. Which attempt it is, and of which update,
        // is the engine's business.
        await room.hear(
            Order(
                device: device, update: UpdateIndex(0), attempt: 1, generation: deployment.action,
                release: deployment.release, size: deployment.size, isRollback: deployment.files.isEmpty))
    }

    /// An action is to be dropped; past the point of no return it goes on.
    private mutating func drop(_ link: DDILink) async throws {
        let cancelled = try await client.cancelled(link)
        let goesOn = action?.deployment.action == cancelled && action?.isInstalling == true
        try await client.answerCancel(goesOn ? .goesOn : .succeeded, of: cancelled)
        if !goesOn, action?.deployment.action == cancelled { action = nil }
    }

    // MARK: - Files

    /// The terminal believes that it has everything. A release in its other slot is fetched anew all the same: the
    /// gateway takes nobody's word for bytes that it has not delivered.
    private mutating func install() async throws {
        guard let action else { return }
        for _ in 0..<Self.fetchAttempts where self.action?.isProven != true {
            try? await fetch(through: action.deployment.size)
        }
        guard self.action?.isProven == true else {
            let isWhole = self.action.map { zip($0.files, $0.deployment.files).allSatisfy { $0.length == $1.size } }
            let cause = FailureCause(
                code: isWhole == true ? "hash mismatch" : "download failed", isPermanent: false)
            return await room.giveUp(device, order: action.deployment.action, cause)
        }
        self.action?.isInstalling = true
        try await client.say(.proceeding, of: action.deployment.action)
    }

    /// Fetches until so many bytes of the release are there.
    private mutating func fetch(through bytes: Int64) async throws {
        guard var action else { return }
        defer { self.action = action }
        var start: Int64 = 0
        for (place, file) in action.deployment.files.enumerated() where start < bytes {
            // One that is whole and wrong is begun anew.
            let isSpoilt = action.files[place].length == file.size && !action.files[place].isProven(file)
            try await client.fetch(file, into: &action.files[place], through: bytes - start, isSpoilt ? .anew : .ifSame)
            start += file.size
        }
    }

    /// The words of field clients for the causes that the gateway reads out of them.
    private static func words(_ cause: FailureCause) -> String {
        switch cause.code {
        case "wrong model": "not compatible with hardware"
        case "disk full": "no space left on device"
        default: cause.code
        }
    }
}
