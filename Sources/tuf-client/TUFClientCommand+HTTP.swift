import ArgumentParser
import AsyncHTTPClient
import NIOCore
import TUF

extension TUFClientCommand {
    /// Runs the work with a client of the repository, and closes the connections after it.
    func withClient(_ work: (TUFClient, HTTPClient) async throws -> Void) async throws {
        guard let metadataURL else { throw ValidationError("\(verb.rawValue) needs --metadata-url") }
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(Int64(longestWait)))
        // What a redirect leads to may answer that there is no such file, which would end the search for a newer root.
        configuration.redirectConfiguration = .disallow
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let source = HTTPSource(client: http, base: metadataURL, longestWait: .seconds(longestWait))
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await work(TUFClient(metadataFolder: metadataDir, source: source), http))
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        try outcome.get()
    }
}
