import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// The engine's end of a console behind the socket. A console whose line is slow, or that is stopped, holds up its own
/// two threads and nobody else: no view is made for it until it has shown the last.
final class AttachedConsole: Sendable {
    /// Messages that are taken in each `slice`; what comes faster waits on its line.
    static let messagesEachSlice = 50
    private static let slice = Duration.milliseconds(100)
    /// After how many seconds without a word a console is told that the engine lives. By its own word, not this process's:
    /// it must have come round. A console that does not read is told once, and not again.
    static let beatInterval = 2.0

    private struct State {
        /// Whether the last view has been shown and the last beat heard, so that another may be sent.
        var mayShow = true
        var hasEnded = false
        /// The console's own tickets, by the engine's.
        var tickets: [UInt64: UInt64] = [:]
        /// Commands that the engine did not take.
        var refused: [EngineMessage] = []
    }

    private let seat: EngineSeat
    private let isReadOnly: Bool
    private let channel: FrameChannel
    private let state = Mutex(State())
    private let wake: DispatchSemaphore

    /// - Parameters:
    ///   - isReadOnly: Whether its commands are refused.
    ///   - wake: Signalled when the seat has news.
    init(_ seat: EngineSeat, isReadOnly: Bool, _ channel: FrameChannel, wake: DispatchSemaphore) {
        self.seat = seat
        self.isReadOnly = isReadOnly
        self.channel = channel
        self.wake = wake
    }

    /// Serves the console until it goes.
    func run() {
        let hasWritten = DispatchSemaphore(value: 0)
        let writer = Thread { [self] in
            writeAll()
            hasWritten.signal()
        }
        writer.name = "console writer"
        writer.start()
        readAll()
        state.withLock { $0.hasEnded = true }
        // Wakes a writer whose console does not read.
        _ = shutdown(channel.descriptor, Int32(SHUT_RDWR))
        wake.signal()
        hasWritten.wait()
        seat.leave()
    }

    // MARK: - What the console says

    private func readAll() {
        var sliceBegan = ContinuousClock.now, taken = 0
        while let bytes = try? channel.read(atMost: ConsoleMessage.maximumLength),
            let message = try? ConsoleMessage(bytes)
        {
            take(message)
            taken += 1
            guard taken >= Self.messagesEachSlice else { continue }
            let left = Self.slice - (ContinuousClock.now - sliceBegan)
            if left > .zero { usleep(UInt32(left.components.attoseconds / 1_000_000_000_000)) }
            (sliceBegan, taken) = (.now, 0)
        }
    }

    private func take(_ message: ConsoleMessage) {
        switch message {
        case .query(let query): seat.ask(query)
        case .taken:
            state.withLock { $0.mayShow = true }
            wake.signal()
        case .command(let order, let ticket): submit(order, ticket)
        }
    }

    private func submit(_ order: ConsoleOrder, _ ticket: UInt64) {
        guard !isReadOnly else {
            let remedy = "give commands at a console that was not opened with --read-only"
            return refuse(ticket, Refusal("this console only looks on", remedy: remedy))
        }
        guard order.reason.utf8.count <= EngineRequest.longestReason else {
            let problem = Refusal(
                "the reason is longer than \(EngineRequest.longestReason) bytes", remedy: "shorten it")
            return refuse(ticket, problem)
        }
        // The answer may be there before the ticket is noted: the writer waits for the lock.
        let isTaken = state.withLock { state in
            let taken = seat.submit(order.command, reason: order.reason, basis: order.basis, key: order.key)
            guard let given = taken else { return false }
            state.tickets[given] = ticket
            return true
        }
        if !isTaken { refuse(ticket, Refusal("the engine takes no commands now", remedy: "try again")) }
    }

    private func refuse(_ ticket: UInt64, _ problem: Refusal) {
        state.withLock { $0.refused.append(.reply(ticket: ticket, problem)) }
        wake.signal()
    }

    // MARK: - What it is told

    private func writeAll() {
        var pieces: [[UInt8]] = []
        while true {
            let isQuiet = wake.wait(timeout: .now() + Self.beatInterval) == .timedOut
            guard let mayShow = state.withLock({ $0.hasEnded ? nil : $0.mayShow }) else { return }
            if isQuiet {
                if mayShow { seat.askForSign() }
                continue
            }
            let hasSign = seat.takeSign()
            let news = mayShow ? seat.takeNews() : seat.takeReplies()
            for reply in replies(news.replies) where !channel.write(reply.bytes) { return }
            if let end = news.end {
                _ = channel.write(EngineMessage.end(end).bytes)
                // Ends the reading too; what was written arrives before that.
                _ = shutdown(channel.descriptor, Int32(SHUT_RDWR))
                return
            }
            guard news.view != nil || (hasSign && mayShow) else { continue }
            state.withLock { $0.mayShow = false }
            guard let view = news.view else {
                guard channel.write(EngineMessage.beat.bytes) else { return }
                continue
            }
            let next = ViewPieces.cut(view)
            guard channel.write(EngineMessage.view(PieceDelta.encode(from: pieces, to: next)).bytes) else { return }
            pieces = next
        }
    }

    private func replies(_ given: [EngineReply]) -> [EngineMessage] {
        state.withLock { state in
            defer { state.refused = [] }
            let answered = given.compactMap { reply in
                state.tickets.removeValue(forKey: reply.ticket).map {
                    EngineMessage.reply(ticket: $0, reply.refusal, note: reply.note)
                }
            }
            return answered + state.refused
        }
    }
}
