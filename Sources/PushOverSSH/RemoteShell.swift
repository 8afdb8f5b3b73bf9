import FleetCore
import Subprocess
import Synchronization

/// Asks one terminal by OpenSSH: each question is a process of its own, with an end by which it has answered.
struct RemoteShell: Sendable {
    /// The most bytes of an answer that are read. A host that sends more is cut off.
    static let mostAnswerBytes = 64 << 10
    /// The most bytes of ssh's own words that are kept; what comes beyond is dropped, and beyond the next bound too much.
    static let mostComplaintBytes = 8 << 10, mostDroppedBytes = 1 << 20
    /// How long a process has to end in good order before it is killed, with all that it has started.
    static let grace = Duration.milliseconds(500)

    let address: SSHAddress
    let settings: PushSettings

    /// Hands bytes to a question.
    typealias Feed = @Sendable (StandardInputWriter) async throws -> Void

    /// Asks, and waits for the answer.
    /// - Parameters:
    ///   - question: What the script is to do.
    ///   - words: Its arguments.
    ///   - time: How long the answer may take, once the terminal has let the driver in.
    ///   - what: What is late if it takes longer.
    ///   - feed: What it reads; nil: nothing.
    func ask(
        _ question: String, _ words: [String], within time: Duration, _ what: String, feed: Feed? = nil
    ) async throws -> RemoteAnswer {
        let line = try RemoteScript.line(question, folder: settings.folder, words)
        let transcript = try await Deadline.run(settings.limits.connect + time, or: .late(what)) {
            try await run(line, feed)
        }
        // What a disk has no room for is said by the terminal's own programs.
        guard let answer = RemoteAnswer(transcript.output) else {
            throw transcript.code == SSHComplaint.ownFailure || transcript.code == nil
                ? SSHComplaint.fault(transcript.complaint)
                : SSHComplaint.fault(transcript.complaint) == .noSpace ? PushFault.noSpace : .unintelligible
        }
        if let fault = answer.fault {
            throw SSHComplaint.fault(transcript.complaint) == .noSpace ? PushFault.noSpace : fault
        }
        return answer
    }

    /// What one process said.
    private struct Transcript {
        var output = "", complaint = ""
        /// The code by which it ended; nil: a signal ended it.
        var code: Int32?
    }

    private func run(_ line: String, _ feed: Feed?) async throws -> Transcript {
        var platform = PlatformOptions()
        // With whatever it starts itself, such as a ProxyCommand.
        platform.createSession = true
        platform.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        do {
            let result = try await Subprocess.run(
                .name("ssh"), arguments: Arguments(SSHCommand.arguments(address, settings, line: line)),
                environment: .inherit.updating(["LC_ALL": "C"]), platformOptions: platform, input: .inputWriter,
                output: .sequence, error: .sequence
            ) { execution in
                try await Self.talk(execution, feed)
            }
            var transcript = result.closureResult
            if case .exited(let code) = result.terminationStatus { transcript.code = code }
            return transcript
        } catch let error as SubprocessError {
            let hasNotBegun = error.code == .executableNotFound || error.code == .spawnFailed
            throw hasNotBegun ? PushFault.noSSH("\(error)") : .connectionLost
        }
    }

    private enum Piece { case output(String), complaint(String), fed }

    private static func talk(
        _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ feed: Feed?
    ) async throws -> Transcript {
        try await withThrowingTaskGroup(of: Piece.self) { group in
            // One that fails ends the process, for whose end the others wait.
            func add(_ work: @escaping @Sendable () async throws -> Piece) {
                group.addTask {
                    do { return try await work() } catch {
                        try? execution.send(signal: .kill, toProcessGroup: true)
                        throw error
                    }
                }
            }
            add {
                // A terminal that takes no more says why, or is gone: the answer tells.
                if let feed { do { try await feed(execution.standardInputWriter) } catch is SubprocessError {} }
                try? await execution.standardInputWriter.finish()
                return .fed
            }
            add { .output(try await text(execution.standardOutput, keeps: mostAnswerBytes, most: mostAnswerBytes)) }
            add {
                .complaint(try await text(execution.standardError, keeps: mostComplaintBytes, most: mostDroppedBytes))
            }
            var transcript = Transcript()
            for try await piece in group {
                switch piece {
                case .output(let text): transcript.output = text
                case .complaint(let text): transcript.complaint = text
                case .fed: break
                }
            }
            return transcript
        }
    }

    /// Reads to the end. Bytes that are no UTF-8 are replaced.
    private static func text(_ sequence: SubprocessOutputSequence, keeps kept: Int, most: Int) async throws -> String {
        var bytes: [UInt8] = [], count = 0
        for try await piece in sequence {
            count += piece.count
            guard count <= most else { throw PushFault.floods }
            piece.withUnsafeBytes { bytes += $0.prefix(max(0, kept - bytes.count)) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Ends what takes too long.
enum Deadline {
    /// Runs something; if it has not ended by then it is cancelled, and the fault is thrown once it has ended.
    static func run<Success: Sendable>(
        _ time: Duration, or fault: PushFault, _ work: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        try await withThrowingTaskGroup(of: Success?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: time)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let success = first else {
                throw Task.isCancelled ? CancellationError() : fault
            }
            return success
        }
    }
}
