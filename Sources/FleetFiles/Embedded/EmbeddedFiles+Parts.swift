// Generated from sample-fleet/ and themes/ by EmbeddedFilesTests.
extension EmbeddedFiles {
    static let sampleFleetParts = [sampleFleetPart1, sampleFleetPart2, sampleFleetPart3]
    static let themesParts = [themesPart1]
}
