import FleetCore
import Foundation
import TerminalClients

/// A terminal in the field with a life of its own: it polls, fetches, checks hashes, installs, restarts and says so; and
/// does its misdeed on the way.
public actor FieldTerminal {
    /// A release as it lies in a slot.
    public struct Slot: Hashable, Sendable {
        /// Which release it is said to be.
        public var release: Version
        /// SHA-256 of its files as the terminal computed them while they came, in order.
        public var hashes: [String]
    }

    /// How long a poll is held.
    private static let pollWait = Duration.seconds(5)
    /// The pause after a request that failed, and the longest that a gateway's own wish is heeded.
    private static let pause = Duration.milliseconds(100), longestPause = Duration.seconds(5)
    /// How often a file whose delivery breaks is asked for again.
    private static let mostFetches = 12

    /// Its id.
    public nonisolated let id: String
    /// What it does wrong while it is told to run the release `badRelease`.
    public nonisolated let misdeed: Misdeed?
    /// What it runs in truth.
    public private(set) var running: Slot
    /// Whether nobody can hear it.
    public private(set) var hasVanished = false
    /// Whether it is at something, or has still to say what it did.
    public private(set) var isBusy = false
    /// Connections that it dropped in the middle of a file.
    public private(set) var cuts = 0

    private let client: DDIClient
    private let badRelease: Version
    private let seed: UInt64
    private var draws: UInt64 = 0
    private var kept: (release: Version, files: [PartialFile])?
    private var hasDoneIt = false
    private var knownFirmware: Version?
    private let (returns, comesBack) = AsyncStream.makeStream(of: Void.self)

    /// A terminal that runs a release.
    public init(
        _ id: String, running: Slot, misdeed: Misdeed?, on badRelease: Version, seed: UInt64, client: DDIClient
    ) {
        self.id = id
        self.running = running
        self.misdeed = misdeed
        self.badRelease = badRelease
        self.seed = StableHash.of(id, seed: seed)
        self.client = client
    }

    /// Lives until the task is cancelled.
    public func live() async {
        while !Task.isCancelled {
            do { try await contact() } catch {
                let wish = (error as? DDIRefusal)?.retryAfter ?? Self.pause
                try? await Task.sleep(for: min(wish, Self.longestPause))
            }
        }
    }

    /// Lets one that has vanished come back.
    public func comeBack() {
        guard hasVanished, misdeed != .diesDownloading else { return }
        comesBack.yield()
    }

    private func contact() async throws {
        // One that lies by silence never says what it runs.
        if knownFirmware != running.release, !isSilentLiar { try await describe() }
        isBusy = false
        let answer = try await client.poll(waiting: Self.pollWait)
        isBusy = answer.cancel != nil || answer.deployment != nil
        if answer.wantsAttributes, !isSilentLiar { try await describe() }
        if let cancel = answer.cancel {
            try await client.answerCancel(.succeeded, of: try await client.cancelled(cancel))
        } else if let deployment = answer.deployment {
            try await carryOut(try await client.deployment(deployment))
        }
    }

    private func describe() async throws {
        try await client.describe(firmware: running.release)
        knownFirmware = running.release
    }

    private var isSilentLiar: Bool { misdeed == .claimsWithoutBytes || misdeed == .claimsDownloadedWithoutBytes }

    // MARK: - An order

    private func carryOut(_ deployment: DDIDeployment) async throws {
        try await client.say(.proceeding, of: deployment.action)
        if deployment.release == badRelease, try await lie(deployment) { return }
        guard running.release != deployment.release else { return try await confirm(deployment) }
        let mischief = deployment.release == badRelease && !hasDoneIt ? misdeed : nil
        try await download(deployment, mischief)
        if hasVanished { return await away() }
        guard let files = kept?.files, zip(files, deployment.files).allSatisfy({ $0.isProven($1) }) else {
            kept = nil
            return try await client.say(.failed("hash mismatch"), of: deployment.action)
        }
        try await client.say(.proceeding, of: deployment.action)
        kept = nil
        if mischief == .vanishesInstalling { return await vanish() }
        running = Slot(release: deployment.release, hashes: files.map(\.sha256))
        if mischief == .vanishesRestarted { return await vanish() }
        try await confirm(deployment)
    }

    private func confirm(_ deployment: DDIDeployment) async throws {
        knownFirmware = nil
        try await client.say(.succeeded, of: deployment.action)
        try await describe()
    }

    /// Says what is not true; false: it is no liar.
    private func lie(_ deployment: DDIDeployment) async throws -> Bool {
        switch misdeed {
        case .claimsOnOldRelease:
            for file in deployment.files {
                var part = PartialFile()
                try await client.fetch(file, into: &part)
            }
        case .claimsWithHalf: try await fetchHalf(deployment)
        case .tellsVersionWithHalf, .tellsVersionWithoutBytes:
            if misdeed == .tellsVersionWithHalf { try await fetchHalf(deployment) }
            try await client.describe(firmware: deployment.release)
            return true
        case .claimsWithoutBytes: break
        case .claimsDownloadedWithoutBytes:
            let downloaded = DDIFeedback(execution: .downloaded, finished: .none)
            try await client.say(downloaded, of: deployment.action)
        default: return false
        }
        try await client.say(.succeeded, of: deployment.action)
        if !isSilentLiar { try await describe() }
        return true
    }

    private func fetchHalf(_ deployment: DDIDeployment) async throws {
        guard let file = deployment.files.first else { return }
        var part = PartialFile()
        try await client.fetch(file, into: &part, cutAfter: file.size / 2)
    }

    // MARK: - Download

    private func download(_ deployment: DDIDeployment, _ mischief: Misdeed?) async throws {
        var files = deployment.files.map { _ in PartialFile() }
        // What was kept over a power cut is gone on with.
        if let kept, kept.release == deployment.release { files = kept.files }
        for (place, file) in deployment.files.enumerated() {
            var isWhole = files[place].length == file.size, fetches = 0
            while !isWhole {
                fetches += 1
                let cut = fetches <= cutsOf(mischief) ? draw(file.size) : nil
                isWhole = try await client.fetch(
                    file, into: &files[place], rule(mischief, fetches), cutAfter: cut)
                kept = (deployment.release, files)
                if !isWhole { cuts += 1 }
                if cut != nil, mischief == .vanishesDownloading || mischief == .diesDownloading {
                    hasVanished = true
                    return
                }
                guard fetches < Self.mostFetches else { throw EndlessDownload() }
            }
        }
        kept = (deployment.release, files)
        hasDoneIt = hasDoneIt || mischief?.resumeRule != nil
    }

    private func rule(_ mischief: Misdeed?, _ fetches: Int) -> ResumeRule {
        fetches == 1 ? .ifSame : mischief?.resumeRule ?? .ifSame
    }

    private func cutsOf(_ mischief: Misdeed?) -> Int {
        switch mischief {
        case .cutResumesIfSame, .cutResumesPlainly, .cutBeginsAnew: 3
        case .vanishesDownloading, .diesDownloading: 1
        default: 0
        }
    }

    private func draw(_ size: Int64) -> Int64 {
        draws += 1
        return Int64(StableHash.of("cut \(draws)", seed: seed) % UInt64(max(1, size)))
    }

    // MARK: - Silence

    private func vanish() async {
        hasVanished = true
        await away()
    }

    private func away() async {
        hasDoneIt = true
        isBusy = false
        for await _ in returns { break }
        hasVanished = false
        knownFirmware = nil
    }
}

/// A file that breaks off every time.
struct EndlessDownload: Error {}
