import SwupdateTesting

/// Terminals of one test: at most as many run at once in this process as swupdate can stand, and none of them when the
/// test is over, however it ends.
func withTerminals<Success: Sendable>(
    _ count: Int = 1, attributes: [String: String] = [:],
    _ body: ([SwupdateTerminal]) async throws -> Success
) async throws -> Success {
    await TerminalSlots.shared.take(count)
    let result: Result<Success, any Error>
    do { result = .success(try await run(count, attributes, body)) } catch { result = .failure(error) }
    await TerminalSlots.shared.giveBack(count)
    return try result.get()
}

private func run<Success: Sendable>(
    _ count: Int, _ attributes: [String: String], _ body: ([SwupdateTerminal]) async throws -> Success
) async throws -> Success {
    let images = try SwupdateImages.shared()
    let terminals = try (0..<count).map { _ in try SwupdateTerminal(images: images, attributes: attributes) }
    let result: Result<Success, any Error>
    do { result = .success(try await body(terminals)) } catch { result = .failure(error) }
    // In a task of its own, which goes on when that of the test was cancelled.
    await Task { for terminal in terminals { try? await terminal.kill() } }.value
    return try result.get()
}

/// Who may run terminals, in the order of their coming.
actor TerminalSlots {
    static let shared = TerminalSlots()

    private var free = SwupdateTerminal.limitAtOnce
    private var waiting: [(count: Int, turn: CheckedContinuation<Void, Never>)] = []

    /// Waits until so many terminals may run.
    func take(_ count: Int) async {
        if waiting.isEmpty, free >= count {
            free -= count
            return
        }
        await withCheckedContinuation { waiting.append((count, $0)) }
    }

    func giveBack(_ count: Int) {
        free += count
        while let next = waiting.first, free >= next.count {
            free -= next.count
            waiting.removeFirst().turn.resume()
        }
    }
}
