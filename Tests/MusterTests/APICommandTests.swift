import Foundation
import Testing

/// `muster serve --api` and `muster api-token`, with the real curl.
@Suite(.timeLimit(.minutes(10)))
struct APICommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func token(_ name: String, _ role: String) throws -> String {
        let run = try MusterRun(["api-token", "add", scratch.fleet, name, "--role", role], scratch)
        #expect(run.code == 0, "\(run.errors)")
        return String(run.output.dropLast())
    }

    private func port(_ serve: ServeRun) throws -> Int {
        try serve.waitForLine { $0["message"] == "the API listens" ? $0["port"].flatMap { Int($0) } : nil }
    }

    private func ask(_ url: String, _ token: String, _ options: [String] = []) throws -> CurlRun {
        try CurlRun(url, ["-H", "Authorization: Bearer \(token)"] + options)
    }

    @Test func itIsOffByItself() throws {
        let serve = try ServeRun(scratch)
        #expect(!serve.lines.contains { $0["message"] == "the API listens" })
        #expect(try CurlRun("http://127.0.0.1:\(serve.port)/api/v1/status").status == 404)
        #expect(serve.stop() == 0)
    }

    @Test func tokensFromDrawingToEnd() throws {
        let serve = try ServeRun(scratch, ["--api", "127.0.0.1:0"])
        let url = "http://127.0.0.1:\(try port(serve))/api/v1"
        let secret = try token("ci", "operator")
        #expect(try ask("\(url)/status", secret).status == 200)
        let list = try MusterRun(["api-token", "list", scratch.fleet, "--json"], scratch).list()
        #expect(list as? [[String: String]] == [["name": "ci", "role": "operator"]])
        let again = try MusterRun(["api-token", "add", scratch.fleet, "ci", "--role", "viewer"], scratch)
        #expect(again.code == 2 && again.errors.contains("there is a token ci already"))
        #expect(try MusterRun(["api-token", "add", scratch.fleet, "two words", "--role", "viewer"], scratch).code == 2)
        #expect(try MusterRun(["api-token", "add", scratch.fleet, "cd", "--role", "boss"], scratch).code == 2)
        let end = try MusterRun(["api-token", "remove", scratch.fleet, "ci", "--reason", "leak"], scratch)
        #expect(end.code == 0, "\(end.errors)")
        #expect(try ask("\(url)/status", secret).status == 401)
        #expect(try MusterRun(["api-token", "remove", scratch.fleet, "ci"], scratch).code == 2)
        let audit = try MusterRun(["audit", "--json", scratch.fleet], scratch).output
        #expect(audit.contains(#""object":"ci (operator)""#) && audit.contains(#""verb":"issue api token""#))
        #expect(audit.contains(#""verb":"revoke api token""#) && audit.contains(#""reason":"leak""#))
        #expect(!audit.contains(secret))
        #expect(serve.stop() == 0)
    }

    /// A token that leaked is taken back at once, whatever somebody is at work on in the fleet's files.
    @Test(arguments: [true, false], ["updates/northeast-tax-2.3.2.yaml", "fleet.yaml"])
    func wrongFilesKeepNoTokenAlive(whileAnEngineRuns: Bool, file: String) throws {
        let serve = try ServeRun(scratch)
        _ = try token("ci", "operator")
        if !whileAnEngineRuns { #expect(serve.stop() == 0) }
        try scratch.write(file, Array((try scratch.text(file) + "\nlimits: {\n").utf8))
        let list = try MusterRun(["api-token", "list", scratch.fleet, "--json"], scratch)
        #expect(try list.list().count == 1, "\(list.errors)")
        _ = try token("cd", "viewer")
        for name in ["ci", "cd"] {
            let end = try MusterRun(["api-token", "remove", scratch.fleet, name], scratch)
            #expect(end.code == 0 && end.output == "the token \(name) is worth nothing any more\n", "\(end.errors)")
        }
        #expect(try MusterRun(["api-token", "list", scratch.fleet, "--json"], scratch).list().isEmpty)
        let audit = try MusterRun(["audit", "--json", scratch.fleet], scratch).output
        #expect(audit.components(separatedBy: #""verb":"revoke api token""#).count == 3)
        if whileAnEngineRuns { #expect(serve.stop() == 0) }
    }

    /// Where nothing can be written down the token ends all the same.
    @Test func withoutTheFilesTheTokenEndsAllTheSame() throws {
        #expect(try ServeRun(scratch).stop() == 0)
        _ = try token("ci", "operator")
        let place = ["--state", scratch.state]
        let end = try MusterRun(["api-token", "remove", "/nonexistent", "ci"] + place, scratch)
        #expect(end.code == 1 && end.output == "", "\(end.errors)")
        #expect(end.errors.hasSuffix("the token ci is worth nothing any more; only the audit does not say so\n"))
        #expect(try MusterRun(["api-token", "list", "x", "--json"] + place, scratch).list().isEmpty)
    }

    /// The audit does not say of a token that it was drawn and is still there when nobody has it.
    @Test func whatCannotBeKeptIsNotSaidToBe() throws {
        let serve = try ServeRun(scratch)
        let add = try MusterRun(
            ["api-token", "add", scratch.fleet, "ci", "--role", "viewer"], scratch, mostFileBlocks: 0)
        #expect(add.code == 1 && add.output == "")
        #expect(try MusterRun(["api-token", "list", scratch.fleet, "--json"], scratch).list().isEmpty)
        let audit = try MusterRun(["audit", "--json", scratch.fleet], scratch).output
        #expect(audit.contains(#""reason":"it could not be kept""#), "\(audit)")
        #expect(audit.contains(#""verb":"revoke api token""#))
        #expect(serve.stop() == 0)
    }

    /// The examples of the README, word by word, one after the other.
    @Test func itsExamplesWork() throws {
        let block = try #require(
            try Readme().blocks("sh").first { $0.contains("curl -H \"Authorization: Bearer $TOKEN\"") })
        let serve = try ServeRun(scratch, ["--api", "127.0.0.1:0"])
        let secret = try token("release-train", "operator")
        let lines = block.split(separator: "\n")
        #expect(lines.count == 9)
        for line in lines {
            let options = "-q -s --max-time 20 -o /dev/null -w '%{http_code}'"
            let command = line.replacing("curl ", with: "curl \(options) ", maxReplacements: 1)
            let run = try ToolOutput(
                "env", ["TOKEN=\(secret)", "URL=http://127.0.0.1:\(try port(serve))", "bash", "-c", String(command)])
            #expect(run.output == "200", "\(line): \(run.output)")
        }
        #expect(serve.stop() == 0)
    }

    @Test func whereOthersCouldListenInItAsksFirst() throws {
        let run = try MusterRun(["serve", scratch.fleet, "--api", "0.0.0.0:0"], scratch)
        #expect(run.code == 2 && run.errors.contains("--api-without-tls"), "\(run.errors)")
        let serve = try ServeRun(scratch, ["--api", "0.0.0.0:0", "--api-without-tls"])
        #expect(try port(serve) > 0)
        #expect(serve.stop() == 0)
    }

    @Test func itSpeaksTLS() throws {
        let shop = try CertificateShop(in: "\(scratch.root)/work")
        let server = try shop.server()
        let serve = try ServeRun(
            scratch,
            [
                "--api", "127.0.0.1:0", "--tls-cert", server.certificate, "--tls-key", server.key, "--client-ca",
                "\(shop.authority).pem", "--require-client-cert",
            ])
        let secret = try token("ci", "viewer")
        let url = "https://127.0.0.1:\(try port(serve))/api/v1/status"
        #expect(try ask(url, secret, ["--cacert", "\(shop.authority).pem"]).status == 200)
        #expect(try ask(url.replacingOccurrences(of: "https", with: "http"), secret).status == 0)
        #expect(serve.stop() == 0)
    }
}
