import Logging
import Synchronization

/// What was logged.
final class LogLines: Sendable {
    /// A line as it was logged.
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var fields: [String: String]
    }

    private let lines = Mutex<[Line]>([])

    var all: [Line] { lines.withLock { $0 } }

    /// A handler that keeps lines here.
    var handler: any LogHandler { Handler(lines: self) }

    fileprivate func append(_ line: Line) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info
        let lines: LogLines

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues(\.description)
            lines.append(Line(level: event.level, message: event.message.description, fields: fields))
        }
    }
}
