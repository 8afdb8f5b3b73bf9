import Foundation
import Testing

/// Devices that call in by TLS, with certificates of the real openssl and curl as the device.
@Suite(.timeLimit(.minutes(10)))
struct GatewayTLSTests {
    let scratch: ScratchFleet
    let shop: CertificateShop
    let server: CertificateShop.Certificate
    /// The only one of its store, so that the floor does not hold it up.
    static let device = "pos-boston-001"

    init() throws {
        scratch = try ScratchFleet()
        shop = try CertificateShop(in: "\(scratch.root)/work")
        server = try shop.server()
    }

    private var tls: [String] { ["--tls-cert", server.certificate, "--tls-key", server.key] }
    private var mutual: [String] { tls + ["--client-ca", "\(shop.authority).pem"] }

    private func token(_ device: String...) throws -> [String] {
        let run = try MusterRun(["device", "token", scratch.fleet] + device, scratch)
        #expect(run.code == 0, "\(run.errors)")
        let scheme = device.isEmpty ? "GatewayToken" : "TargetToken"
        return ["-H", "Authorization: \(scheme) \(run.output.dropLast())"]
    }

    private func poll(
        _ serve: ServeRun, _ options: [String] = [], as client: CertificateShop.Certificate? = nil,
        device: String = device, path: String = ""
    ) throws -> CurlRun {
        let shown = client.map { ["--cert", $0.certificate, "--key", $0.key] } ?? []
        return try CurlRun(
            "https://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/\(device)\(path)",
            ["--cacert", "\(shop.authority).pem"] + shown + options)
    }

    @Test func aCertificateProvesTheDeviceThatItNames() throws {
        let serve = try ServeRun(scratch, mutual)
        let own = try shop.client(Self.device)
        #expect(try poll(serve, as: own).status == 200)
        // It names one device; no token makes it another, and none of its own is needed.
        let other = try token("pos-nyc-002"), fleet = try token()
        #expect(try poll(serve, as: own, device: "pos-nyc-002").status == 403)
        #expect(try poll(serve, other, as: own, device: "pos-nyc-002").status == 403)
        #expect(try poll(serve, fleet, as: own, device: "pos-nyc-002").status == 403)
        #expect(try poll(serve, ["-H", "Authorization: TargetToken wrong"], as: own).status == 200)
        #expect(try poll(serve, as: own, device: "nobody").status == 403)
        // Whoever signed its certificate knows the device: it introduces itself, and waits.
        #expect(try poll(serve, as: try shop.client("nobody"), device: "nobody").status == 200)
        #expect(serve.stop() == 0)
    }

    /// A name that several devices could claim is none.
    @Test(arguments: ["/O=Retail", "/CN=pos-nyc-002/CN=pos-boston-001", "/CN=pos-boston-001/CN=pos-boston-001"])
    func aCertificateWithoutOneName(subject: String) throws {
        let serve = try ServeRun(scratch, mutual)
        #expect(try poll(serve, as: try shop.client("odd", subject: subject)).status == 403)
        #expect(serve.stop() == 0)
    }

    @Test func withoutACertificateATokenCounts() throws {
        // Before the first look at the file: an engine looks at it once a second.
        let own = try token(Self.device), fleet = try token()
        let serve = try ServeRun(scratch, mutual)
        #expect(try poll(serve).status == 401)
        #expect(try poll(serve, own).status == 200)
        #expect(try poll(serve, fleet).status == 200)
        #expect(serve.stop() == 0)
    }

    /// The handshake itself fails: no request of theirs is read.
    @Test func certificatesThatProveNothing() throws {
        let serve = try ServeRun(scratch, mutual)
        let valid = try token(Self.device)
        for wrong in [
            try shop.client(Self.device, by: shop.strangers), try shop.client(Self.device, days: -1),
            try shop.server(Self.device),
        ] {
            let run = try poll(serve, valid, as: wrong)
            #expect(run.code != 0)
            #expect(run.status == 0, "\(run.body)")
        }
        let reason = try serve.waitForLine { $0["message"] == "a TLS handshake failed" ? $0["reason"] : nil }
        #expect(reason == "certificate verify failed")
        #expect(try poll(serve, valid).status == 200)
        #expect(serve.stop() == 0)
    }

    /// The root is trusted; what stands between is sent by the client or stands beside the root.
    @Test func anIntermediateLeadsToItsRoot() throws {
        let between = try shop.intermediate(), own = try shop.client(Self.device, by: between)
        var whole = own
        whole.certificate = try shop.bundle(own.path, between)
        let root = try ServeRun(scratch, mutual)
        #expect(try poll(root, as: whole).status == 200)
        #expect(try poll(root, as: own).status == 0)
        let other = try shop.client(Self.device, by: try shop.intermediate(of: shop.strangers))
        #expect(try poll(root, as: other).status == 0)
        #expect(root.stop() == 0)
        let both = try ServeRun(scratch, tls + ["--client-ca", try shop.bundle(between, shop.authority)])
        #expect(try poll(both, as: own).status == 200)
        #expect(both.stop() == 0)
    }

    /// Nobody could be believed by it.
    @Test func anIntermediateIsNoRoot() throws {
        let between = try shop.intermediate(), further = try shop.intermediate(of: between)
        let name = between.split(separator: "/").last ?? ""
        let says = "holds the authority CN=\(name), and not the one that signed it, CN="
        try refusal(tls + ["--client-ca", "\(between).pem"], says)
        // A root that has nothing to do with it does not help.
        try refusal(tls + ["--client-ca", try shop.bundle(shop.strangers, further, between)], says)
    }

    /// A client that shows no certificate of its own does not learn anything of the gateway.
    @Test func aCertificateCanBeRequired() throws {
        let serve = try ServeRun(scratch, mutual + ["--require-client-cert"])
        #expect(try poll(serve, try token(Self.device)).status == 0)
        #expect(try poll(serve, as: try shop.client(Self.device)).status == 200)
        _ = try serve.waitForLine { $0["message"] == "a TLS handshake failed" ? true : nil }
        let client = try shop.client(Self.device)
        let metrics = try CurlRun(
            "https://127.0.0.1:\(serve.port)/metrics",
            ["--cacert", "\(shop.authority).pem", "--cert", client.certificate, "--key", client.key])
        #expect(metrics.body.contains(#"muster_refusals_total{why="handshake"} 1"#), "\(metrics.body)")
        #expect(serve.stop() == 0)
    }

    /// Without `--client-ca` a certificate is not asked for, and proves nothing.
    @Test func withoutAuthoritiesCertificatesDoNotCount() throws {
        let serve = try ServeRun(scratch, tls)
        #expect(try poll(serve, as: try shop.client(Self.device)).status == 401)
        #expect(try poll(serve, try token(Self.device), as: try shop.client("other")).status == 200)
        #expect(serve.stop() == 0)
    }

    @Test func linksLeadBackByTLS() throws {
        let serve = try ServeRun(scratch, mutual)
        let own = try shop.client(Self.device)
        let start = try MusterRun(["update", "start", scratch.fleet, "critical-patch-2.4.1"], scratch)
        #expect(start.code == 0, "\(start.errors)")
        // Starts are paced: the order may take a moment.
        let answer = try poll(serve, ["-H", "Prefer: wait=15"], as: own).body
        let base = "https://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/\(Self.device)/"
        let link = try #require(answer.firstMatch(of: /"deploymentBase":{"href":"([^"]+)"/)?.output.1, "\(answer)")
        #expect(link.hasPrefix(base + "deploymentBase/"), "\(link)")
        let deployment = try poll(serve, as: own, path: "/" + link.dropFirst(base.count)).body
        let file = try #require(deployment.firstMatch(of: /"download":{"href":"([^"]+)"/)?.output.1, "\(deployment)")
        #expect(deployment.contains("\"md5sum\":{\"href\":\"https://"))
        #expect(!deployment.contains("http:"))
        #expect(!deployment.contains("-http"))
        let name = try #require(file.split(separator: "/").last)
        let copy = "\(scratch.root)/work/copy"
        #expect(try poll(serve, ["-o", copy], as: own, path: "/" + file.dropFirst(base.count)).status == 200)
        #expect(FileManager.default.contentsEqual(atPath: copy, andPath: "\(scratch.fleet)/releases/2.4.1/\(name)"))
        #expect(serve.stop() == 0)
    }

    @Test func plainAndSecuredDoNotMix() throws {
        let secured = try ServeRun(scratch, tls)
        let valid = try token(Self.device)
        let plain = try CurlRun("http://127.0.0.1:\(secured.port)/health")
        #expect(plain.status == 0)
        #expect(try poll(secured, valid).status == 200)
        #expect(secured.stop() == 0)
        let open = try ServeRun(scratch)
        #expect(try poll(open, valid).status == 0)
        #expect(try CurlRun("http://127.0.0.1:\(open.port)/health").status == 200)
        #expect(open.stop() == 0)
    }

    @Test func nothingBeforeTLS12() throws {
        let serve = try ServeRun(scratch, tls)
        let weak = ["--ciphers", "DEFAULT@SECLEVEL=0", "--tlsv1.0"], valid = try token(Self.device)
        #expect(try poll(serve, valid + weak + ["--tls-max", "1.1"]).status == 0)
        #expect(try poll(serve, valid + weak + ["--tls-max", "1.2"]).status == 200)
        #expect(try poll(serve, valid + ["--tlsv1.3"]).status == 200)
        #expect(serve.stop() == 0)
    }

    /// Who connects and says nothing is cut off.
    @Test func aHandshakeHasADeadline() throws {
        let serve = try ServeRun(scratch, tls)
        let start = ContinuousClock.now
        // The system's own client that sends nothing by itself, and ends when the other end does.
        let silent = try ToolOutput(
            "bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(serve.port); timeout 40 cat <&3; echo \"ended $?\""])
        #expect(silent.output.hasSuffix("ended 0\n"), "\(silent.output)")
        #expect(ContinuousClock.now - start > .seconds(5))
        #expect(serve.stop() == 0)
    }

    @Test func aHangUpHasTheFilesReadAgain() throws {
        let serve = try ServeRun(scratch, tls)
        let valid = try token(Self.device)
        #expect(try poll(serve, valid).status == 200)
        try "no certificate".write(toFile: server.certificate, atomically: true, encoding: .utf8)
        serve.signal(SIGHUP)
        let reason = try serve.waitForLine { line in
            line["message"] == "the TLS certificates stay as they were" ? line["reason"] : nil
        }
        #expect(reason.contains("holds no certificate"))
        #expect(try poll(serve, valid).status == 200)
        // The same names, another authority.
        _ = try shop.server(by: shop.strangers)
        serve.signal(SIGHUP)
        _ = try serve.waitForLine { $0["message"] == "the TLS certificates were read again" ? true : nil }
        #expect(try poll(serve, valid).status == 0)
        #expect(try poll(serve, valid + ["--cacert", "\(shop.strangers).pem"]).status == 200)
        #expect(serve.stop() == 0)
    }

    private func hangUp(_ serve: ServeRun, time: Int) throws {
        serve.signal(SIGHUP)
        let deadline = ContinuousClock.now + .seconds(30)
        while serve.lines.count(where: { $0["message"] == "the TLS certificates were read again" }) < time {
            try #require(ContinuousClock.now < deadline, "\(serve.text)")
            usleep(5000)
        }
    }

    /// A release that takes minutes to fetch, for one device.
    private func addLargeRelease() throws {
        let file = "\(scratch.root)/work/large.bin"
        try Data(repeating: 7, count: 2 << 20).write(to: URL(filePath: file))
        #expect(try MusterRun(["release", "add", scratch.fleet, "9.0.0", file], scratch).code == 0)
        let update = "version: 1\nid: large\nrelease: 9.0.0\ndevices: id = \(Self.device)\nstrategy: immediate\n"
        try scratch.write("updates/large.yaml", Array(update.utf8))
    }

    /// What a certificate has opened does not outlive the authority behind it: a connection that is kept, a poll that is
    /// held, a download.
    @Test func anAuthorityThatIsTakenAwayEndsConnections() throws {
        try addLargeRelease()
        let trusted = "\(scratch.root)/work/trusted.pem"
        func trust(_ file: String) throws {
            try String(contentsOfFile: file, encoding: .utf8).write(toFile: trusted, atomically: true, encoding: .utf8)
        }
        try trust("\(shop.authority).pem")
        let own = try shop.client(Self.device), idle = "pos-chicago-001", other = try shop.client(idle)
        let proof = try token("pos-nyc-002")[1]
        let serve = try ServeRun(
            scratch, tls + ["--client-ca", trusted, "--bytes-per-second-per-device", "10000", "--start", "large"])
        let answer = try poll(serve, ["-H", "Prefer: wait=15"], as: own).body
        let link = try #require(answer.firstMatch(of: /(deploymentBase\/[^"]+)"/)?.output.1, "\(answer)")
        let deployment = try poll(serve, as: own, path: "/\(link)").body
        let file = try #require(deployment.firstMatch(of: /(softwaremodules\/[^"]+\.bin)"/)?.output.1, "\(deployment)")

        let base = "GET /DEFAULT/controller/v1"
        let kept = try KeptConnection(serve.port, shop, own), download = try KeptConnection(serve.port, shop, own)
        let held = try KeptConnection(serve.port, shop, other), byToken = try KeptConnection(serve.port, shop, nil)
        for (connection, request) in [
            (kept, "\(base)/\(Self.device)"), (download, "\(base)/\(Self.device)/\(file)"), (held, "\(base)/\(idle)"),
        ] {
            try connection.send(request)
            try connection.wait(forAnswers: 1)
        }
        try byToken.send("\(base)/pos-nyc-002", proof)
        try byToken.wait(forAnswers: 1)
        try held.send("\(base)/\(idle)", "Prefer: wait=300")
        // One more that is trusted ends nothing.
        try trust(try shop.bundle(shop.authority, shop.strangers))
        try hangUp(serve, time: 1)
        try kept.send("\(base)/\(Self.device)")
        try kept.wait(forAnswers: 2)
        #expect(download.isOpen && held.isOpen && byToken.isOpen)
        try trust("\(shop.strangers).pem")
        try hangUp(serve, time: 2)
        for connection in [kept, download, held] { try connection.waitForEnd() }
        #expect(held.answers == 1 && download.bytes < 1 << 20)
        #expect(serve.lines.contains { $0["closed"] == "3" }, "\(serve.text)")
        // Who has shown a token is not concerned.
        try byToken.send("\(base)/pos-nyc-002", proof)
        try byToken.wait(forAnswers: 2)
        #expect(try poll(serve, as: own).status == 0)
        #expect(try poll(serve, as: try shop.client(Self.device, by: shop.strangers)).status == 200)
        #expect(serve.stop() == 0)
    }

    @Test func withoutTLSOtherMachinesAreWarnedOf() throws {
        let open = try ServeRun(scratch, listen: "0.0.0.0:0")
        #expect(open.stop() == 0)
        #expect(open.lines.filter { $0["message"]?.contains("without TLS") == true }.count == 1)
        let secured = try ServeRun(scratch, tls, listen: "0.0.0.0:0")
        #expect(secured.stop() == 0)
        #expect(!secured.text.contains("without TLS"))
        let local = try ServeRun(scratch)
        #expect(local.stop() == 0)
        #expect(!local.text.contains("without TLS"))
    }

    // MARK: - Files

    private func refusal(_ options: [String], _ says: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        let run = try MusterRun(["serve", scratch.fleet, "--listen", "127.0.0.1:0"] + options, scratch)
        #expect(run.code == 2, "\(run.errors)", sourceLocation: sourceLocation)
        let line = run.errors.split(separator: "\n").first { $0.contains(says) }
        #expect(line?.contains("; ") == true, "\(run.errors)", sourceLocation: sourceLocation)
    }

    @Test func filesThatCannotBeUsed() throws {
        let junk = "\(scratch.root)/work/junk"
        try "junk\n".write(toFile: junk, atomically: true, encoding: .utf8)
        let missing = "\(scratch.root)/work/missing"
        try refusal(
            ["--tls-cert", missing, "--tls-key", server.key], "\(missing) cannot be read: No such file or directory")
        try refusal(["--tls-cert", server.certificate, "--tls-key", missing], "\(missing) cannot be read")
        try refusal(["--tls-cert", junk, "--tls-key", server.key], "\(junk) holds no certificate")
        try refusal(["--tls-cert", server.certificate, "--tls-key", junk], "\(junk) holds no private key")
        try refusal(tls + ["--client-ca", junk], "\(junk) holds no certificate")
        try refusal(tls + ["--client-ca", scratch.root], "\(scratch.root) cannot be read: Is a directory")
        try refusal(tls + ["--client-ca", "/dev/zero"], "/dev/zero is longer than")
        let other = try shop.server("other")
        try refusal(
            ["--tls-cert", server.certificate, "--tls-key", other.key], "is not that of the certificate")
        let ended = try shop.server("ended", days: -1)
        try refusal(["--tls-cert", ended.certificate, "--tls-key", ended.key], "ended at")
    }

    @Test(arguments: [
        ["--tls-cert", "a"], ["--tls-key", "a"], ["--client-ca", "a"],
        ["--tls-cert", "a", "--tls-key", "b", "--require-client-cert"],
    ])
    func optionsThatDoNotBelongTogether(options: [String]) throws {
        let run = try MusterRun(["serve", scratch.fleet] + options, scratch)
        #expect(run.code == 2)
        #expect(run.errors.contains("Error: --"), "\(run.errors)")
    }
}
