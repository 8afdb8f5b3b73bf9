import Foundation
import Logging

/// Writes what is logged as JSON lines: `{"time":…,"level":…,"message":…}` and the metadata beside them, as texts.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    /// Where a line goes, whole and with its end.
    let output: FileHandle

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues(\.description)
        fields["time"] = WallClock.now.iso
        fields["level"] = event.level.rawValue
        fields["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var line = try? encoder.encode(fields) else { return }
        line.append(UInt8(ascii: "\n"))
        // A log that cannot be written must not stop the engine.
        try? output.write(contentsOf: line)
    }
}

extension Logger {
    /// A logger that writes JSON lines.
    static func jsonLines(to output: FileHandle) -> Logger {
        Logger(label: "muster") { _ in JSONLogHandler(output: output) }
    }
}
