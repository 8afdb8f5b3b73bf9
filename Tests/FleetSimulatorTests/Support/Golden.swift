import Foundation
import Testing

/// Compares a text with the golden file of that name in `Tests/Golden/Transcripts`; with `MUSTER_RECORD=1` it writes
/// the file instead.
func expectGolden(
    _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = SampleFleet.root.appending(path: "Tests/Golden/Transcripts")
    let file = folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["MUSTER_RECORD"] == "1" {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return
    }
    let golden = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(
        text == golden, "differs from \(name).txt; if that is right, run the test with MUSTER_RECORD=1",
        sourceLocation: sourceLocation)
}
