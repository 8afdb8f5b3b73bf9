import Foundation
import Testing

/// Compares a screen with the text recorded for it; `MUSTER_RECORD=1` records it anew.
func expectScreen(_ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Screens/\(name).txt")
    if ProcessInfo.processInfo.environment["MUSTER_RECORD"] == "1" {
        try Data((text + "\n").utf8).write(to: file)
        return
    }
    let recorded = try String(contentsOf: file, encoding: .utf8)
    #expect(
        text + "\n" == recorded, "\(name) differs; look at it, then record it anew by MUSTER_RECORD=1",
        sourceLocation: sourceLocation)
}
