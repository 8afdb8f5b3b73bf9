import Foundation
import Synchronization

/// Waits until a signal or a request ends a service, or its engine has failed.
final class EndOfService: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let failure = Mutex<String?>(nil)
    private let question = Mutex<(@Sendable () -> String?)?>(nil)
    private var sources: [any DispatchSourceSignal] = []

    /// - Parameter onHangUp: Called for SIGHUP: the session that started it may end; a service goes on.
    init(onHangUp: @escaping @Sendable () -> Void = {}) {
        sources = [SIGTERM, SIGINT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [done] in
                if number == SIGHUP { onHangUp() } else { done.signal() }
            }
            source.resume()
            return source
        }
    }

    /// Says who knows whether the engine has failed.
    func watch(_ question: @escaping @Sendable () -> String?) {
        self.question.withLock { $0 = question }
    }

    /// Looks whether the engine has failed.
    func look() {
        guard let why = question.withLock({ $0 })?() else { return }
        failure.withLock { $0 = why }
        done.signal()
    }

    /// It is time to end.
    func end() { done.signal() }

    /// Returns when it is time to end, with why the engine failed if it has.
    func wait() -> String? {
        done.wait()
        return failure.withLock { $0 }
    }

    /// Returns when it is time to end, or after so many seconds; whether it is time.
    func wait(seconds: Double) -> Bool { done.wait(timeout: .now() + seconds) == .success }
}
