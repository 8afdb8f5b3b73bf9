import Foundation
import Logging

/// Writes what is logged as JSON lines: `{"time":…,"level":…,"message":…}` and the metadata beside them, as texts.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    /// Where a line goes, whole and with its end.
    let output: LogQueue

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
        guard let text = try? encoder.encode(fields) else { return }
        var line = Self.inert(text)
        line.append(UInt8(ascii: "\n"))
        output.add(line)
    }

    /// The same JSON in ASCII: a log is read in terminals, and what devices say may hold marks that turn text around.
    private static func inert(_ json: Data) -> Data {
        var line = Data()
        for unit in String(decoding: json, as: UTF8.self).utf16 {
            if (0x20..<0x7F).contains(unit) {
                line.append(UInt8(unit))
            } else {
                line.append(contentsOf: String(format: "\\u%04x", unit).utf8)
            }
        }
        return line
    }
}

extension Logger {
    /// A logger that writes JSON lines.
    static func jsonLines(to output: LogQueue) -> Logger {
        Logger(label: "muster") { _ in JSONLogHandler(output: output) }
    }
}
