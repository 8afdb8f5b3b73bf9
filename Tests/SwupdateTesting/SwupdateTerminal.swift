import Foundation

/// One till: a folder in which Debian's own swupdate runs against a server, installs what it is offered, and is
/// restarted.
///
/// A till has one slot, a file. An image writes the slot and, next to it, the version that is in it; what was
/// installed becomes the version that runs when `restarted(success: true)` says that the new software has come up.
/// swupdate keeps its state in memory here, so that a terminal that was ended and started again without
/// `restarted` knows nothing of what it had begun.
///
/// Nothing here sleeps: `waitUntil` looks whenever swupdate has written something, and it has a deadline.
public final class SwupdateTerminal: Sendable {
    /// The file in its folder that an image writes.
    public static let slotName = "slot"
    /// How many may run at once in one test process.
    public static let limitAtOnce = SwupdateRun.limitAtOnce

    /// Where a terminal reports, and as whom.
    struct Server {
        let url: String
        let tenant: String
        let id: String
        let token: String
    }

    /// Everything of it is in here; it goes with the terminal.
    public let folder: String
    private let certificateAuthority: String
    private let versionAttribute: String
    private let messages = SwupdateLog()
    private let state: SwupdateTerminalState

    /// Makes a terminal that has not started, with an empty slot.
    ///
    /// - Parameters:
    ///   - images: whose signatures it trusts.
    ///   - version: the version that it runs.
    ///   - attributes: what else it tells the server about itself, at every start. swupdate puts values into JSON as
    ///     they are: one with a quote or a backslash makes a body that is no JSON.
    ///   - versionAttribute: the name of the attribute in which it tells its version.
    public init(
        images: SwupdateImages, version: String = "1.0.0", attributes: [String: String] = [:],
        versionAttribute: String = "version"
    ) throws {
        folder = try TestFolder.make(prefix: "till")
        certificateAuthority = images.certificateAuthority
        self.versionAttribute = versionAttribute
        state = SwupdateTerminalState(images: images, attributes: attributes)
        try FileManager.default.createDirectory(atPath: "\(folder)/tmp", withIntermediateDirectories: false)
        try Data("\(version)\n".utf8).write(to: URL(filePath: "\(folder)/version"))
    }

    deinit {
        state.run?.cutPower()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: - Running

    /// Switches the terminal on. It polls once a second, whatever the server says.
    ///
    /// - Parameters:
    ///   - url: scheme, host and port of the server.
    ///   - tenant: the fleet.
    ///   - id: the device.
    ///   - token: what it sends as `Authorization: TargetToken TOKEN`.
    /// - Throws: `SwupdateFailure` when it is running, or when `limitAtOnce` terminals are.
    public func start(url: String, tenant: String, id: String, token: String) throws {
        try launch(Server(url: url, tenant: tenant, id: id, token: token), confirmation: [])
    }

    /// The terminal was restarted into what was installed, and tells the server about it: swupdate is stopped, and
    /// started with the result. With success, the version in the slot is the one that runs from now on; without, the
    /// old one has been taken up again.
    ///
    /// The server gets the result once, as the end of the action that it offers then.
    public func restarted(success: Bool) async throws {
        guard let server = state.server else {
            throw SwupdateFailure(description: "The terminal has never been started: call start first.")
        }
        try await stop()
        if success, let installed = installedVersion {
            try Data("\(installed)\n".utf8).write(to: URL(filePath: "\(folder)/version"))
        }
        // 2 is SUCCESS, 3 FAILED; -m is how many seconds it waits between tries to say so.
        try launch(server, confirmation: ["-c", success ? "2" : "3", "-m", "1"])
    }

    /// Ends swupdate as a shutdown does, and waits until it and its children are gone.
    public func stop(deadlineSeconds: Double = 20) async throws {
        state.run?.terminate()
        try await waitForEnd(deadlineSeconds: deadlineSeconds)
    }

    /// Ends swupdate as a power cut does, and waits until it and its children are gone.
    public func kill(deadlineSeconds: Double = 20) async throws {
        state.run?.cutPower()
        try await waitForEnd(deadlineSeconds: deadlineSeconds)
    }

    /// Whether swupdate, or a child of it, is running.
    public var isRunning: Bool { state.run.map { !$0.hasEnded } ?? false }

    /// What swupdate writes at every turn.
    private static let turn = "Suricatta awakened."

    private func launch(_ server: Server, confirmation: [String]) throws {
        guard !isRunning else {
            throw SwupdateFailure(description: "The terminal \(server.id) is running: stop it first.")
        }
        try Data(configuration().utf8).write(to: URL(filePath: "\(folder)/swupdate.cfg"))
        // -p is the poll interval, -w the wait before a download is resumed, both in seconds.
        let client =
            ["-t", server.tenant, "-u", server.url, "-i", server.id, "-k", server.token, "-p", "1", "-w", "1"]
            + confirmation
        let run = try SwupdateRun(
            arguments: [
                "-v", "-f", "\(folder)/swupdate.cfg", "-k", certificateAuthority,
                "-H", "till:\(SwupdateImages.hardwareRevision)", "-u", client.joined(separator: " "),
            ], folder: folder, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": "\(folder)/tmp"],
            log: messages)
        state.started(run, server: server)
    }

    private func configuration() throws -> String {
        let all = attributes.merging([versionAttribute: try version]) { $1 }
        let entries = all.sorted { $0.key < $1.key }
            .map { "    { name = \(Libconfig.text($0.key)); value = \(Libconfig.text($0.value)); }" }
        return """
            globals : { verbose = true; };
            identify : (
            \(entries.joined(separator: ",\n"))
            );

            """
    }

    // MARK: - What it is

    /// What it tells about itself besides its version, from its next start on.
    public var attributes: [String: String] {
        get { state.attributes }
        set { state.attributes = newValue }
    }

    /// The version that runs.
    public var version: String {
        get throws { try Self.line(of: "\(folder)/version") }
    }

    /// The version of what is in the slot; nil while nothing was installed.
    public var installedVersion: String? { try? Self.line(of: "\(folder)/\(Self.slotName).version") }

    /// The SHA-256 of what is in the slot, in lower case hexadecimal; nil while nothing was installed.
    public var installedSHA256: String? { try? ToolRun.sha256(ofFile: "\(folder)/\(Self.slotName)") }

    private static func line(of path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: - What it says

    /// What swupdate has written, of every run; the last four megabytes.
    public var log: String { messages.text }

    /// What swupdate has written since it was last started.
    public var runLog: String { messages.runText }

    /// Waits until swupdate has written a text since it was last started.
    ///
    /// - Throws: `SwupdateFailure` as `waitUntil` does.
    public func waitForLog(_ text: String, deadlineSeconds: Double = 30) async throws {
        let messages = messages
        try await waitUntil("it writes `\(text)`", deadlineSeconds: deadlineSeconds) { _ in
            messages.runContains(text)
        }
    }

    /// Waits until a condition of the terminal holds. It is looked at whenever swupdate has written something, which
    /// it does at every poll, and when it has ended.
    ///
    /// - Parameter what: the condition in words, for the failure.
    /// - Throws: `SwupdateFailure` with the end of the log, at the deadline or when swupdate has ended before;
    ///   `CancellationError` when the task was cancelled.
    public func waitUntil(
        _ what: String, deadlineSeconds: Double = 30, _ condition: @Sendable (SwupdateTerminal) -> Bool
    ) async throws {
        guard await holds(deadlineSeconds: deadlineSeconds, orEnded: true, condition) else {
            try Task.checkCancellation()
            throw failure("A terminal was to go on until \(what), for \(deadlineSeconds) seconds at most. It did not.")
        }
    }

    private func waitForEnd(deadlineSeconds: Double) async throws {
        guard await holds(deadlineSeconds: deadlineSeconds, orEnded: false, { !$0.isRunning }) else {
            try Task.checkCancellation()
            throw failure("swupdate did not end in \(deadlineSeconds) seconds.")
        }
    }

    private func holds(
        deadlineSeconds: Double, orEnded: Bool, _ condition: @Sendable (SwupdateTerminal) -> Bool
    ) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(deadlineSeconds)
        while true {
            // Read first: what changes while the condition is looked at is not missed.
            let seen = messages.changes
            let hasEnded = !isRunning
            if condition(self) { return true }
            if Task.isCancelled || ContinuousClock.now >= deadline || (orEnded && hasEnded) { return false }
            await messages.awaitChange(since: seen, until: deadline)
        }
    }

    private func failure(_ what: String) -> SwupdateFailure {
        let process = state.run.map { run in run.ending.map { "ended with \($0)" } ?? "running" } ?? "never started"
        // It says at every turn that it is awake.
        let end = messages.text.split(separator: "\n").filter { !$0.hasSuffix(Self.turn) }.suffix(40)
            .joined(separator: "\n")
        return SwupdateFailure(description: "\(what) swupdate: \(process). The end of its log:\n\(end)")
    }
}
