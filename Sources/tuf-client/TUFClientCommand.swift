import ArgumentParser
import Foundation
import TUF

/// A TUF client for the command line, as the conformance tests of TUF clients call it: exit code 0 or 1.
@main
struct TUFClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuf-client", abstract: "Fetches files that are signed by The Update Framework.",
        discussion: """
            init ROOT  lays the root to begin with into the metadata folder
            refresh    brings the metadata up to date
            download   refreshes, then fetches each target into the target folder, unless it is there already
            """)

    enum Verb: String, ExpressibleByArgument, CaseIterable {
        case begin = "init"
        case refresh, download
    }

    @Option(help: "The folder of trusted metadata.")
    var metadataDir: String

    @Option(help: "The address of the repository's metadata.")
    var metadataURL: String?

    @Option(name: .customLong("target-name"), parsing: .unconditionalSingleValue, help: "A target; may repeat.")
    var targetNames: [String] = []

    @Option(help: "The address of the repository's targets.")
    var targetBaseURL: String?

    @Option(help: "The folder that targets are fetched into.")
    var targetDir: String?

    @Option(help: "Seconds that one file of metadata may take; a target may take that and 1 s more for each KiB.")
    var longestWait: Int = 60

    @Argument(help: "init, refresh or download.")
    var verb: Verb

    @Argument(help: "The root to begin with, for init.")
    var root: String?

    static func main() async {
        do {
            let command = try parse()
            try await command.run()
        } catch {
            let isHelp = exitCode(for: error) == .success
            let text = error is TUFRefusal || error is FetchFailure ? "\(error)" : fullMessage(for: error)
            // What cannot be said changes no exit code.
            let output = isHelp ? FileHandle.standardOutput : FileHandle.standardError
            try? output.write(contentsOf: Data((text + "\n").utf8))
            Foundation.exit(isHelp ? 0 : 1)
        }
    }

    func validate() throws {
        guard (root != nil) == (verb == .begin) else { throw ValidationError("init, and only init, takes a root") }
        guard (1...86_400).contains(longestWait) else { throw ValidationError("--longest-wait is 1 to 86400 seconds") }
    }

    func run() async throws {
        switch verb {
        case .begin: try begin()
        case .refresh: try await withClient { client, _ in try await client.refresh() }
        case .download: try await download()
        }
    }

    private func begin() throws {
        let path = root ?? ""
        guard let data = FileManager.default.contents(atPath: path) else { throw FetchFailure.unreadable(path) }
        try Self.makeFolder(metadataDir)
        try TUFClient.begin(metadataFolder: metadataDir, root: Array(data))
    }

    private func download() async throws {
        guard let targetBaseURL, let targetDir, !targetNames.isEmpty else {
            throw ValidationError("download needs --target-name, --target-base-url and --target-dir")
        }
        try await withClient { client, http in
            try await client.refresh()
            try Self.makeFolder(targetDir)
            let targets = HTTPSource(client: http, base: targetBaseURL, longestWait: .seconds(longestWait))
            for name in targetNames {
                _ = try await client.download(name, from: targets, into: targetDir)
            }
        }
    }

    private static func makeFolder(_ path: String) throws(FetchFailure) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            let isFile = isThere && !isFolder.boolValue
            throw .noFolder(path: path, reason: isFile ? "it is a file" : error.localizedDescription)
        }
    }
}
