import Foundation
import Testing

/// The real `muster agent` against the real `muster serve`.
@Suite(.timeLimit(.minutes(10)), .serialized) struct AgentProcessTests {
    private static let till = "till-1"

    private func ended(_ tills: ServedTills, _ till: String = AgentProcessTests.till) throws -> Bool {
        ["completed", "failed"].contains(try tills.standing(till).state)
    }

    @Test func anUpdateIsDone() throws {
        let tills = try ServedTills([Self.till])
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("the update has ended") { try ended(tills) }
        let standing = try tills.standing(Self.till), slot = try tills.slot(Self.till)
        #expect(
            standing == ServedTills.Standing(state: "completed", reason: "", runs: ServedTills.new),
            "\(tills.text("tills/till-1/agent.log") ?? "")")
        #expect(slot == ServedTills.Look(version: ServedTills.new, isWhole: true))
        #expect(tills.text("tills/till-1/log") == "begin \(ServedTills.new)\nend\n")
        #expect(tills.end(Self.till, by: SIGTERM) == 0)
    }

    /// The first installation fails. The second attempt has the files, says so to the gateway, and counts; unless the
    /// gateway does not know any more that it has sent them.
    @Test(arguments: [true, false]) func anotherAttemptFetchesOnlyWhatTheGatewayDoesNotKnowOf(knows: Bool) throws {
        let tills = try ServedTills([Self.till])
        try tills.script(
            Self.till, "install",
            """
            if [ ! -e failed ]; then touch failed; exit 3; fi
            cat "$MUSTER_FILES"/app.bin > "$MUSTER_SLOT"/unpacked

            """)
        // What is between the attempts happens while the second is put off.
        try tills.script(Self.till, "busy", "[ ! -e failed ] || [ -e go ]\n")
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("the second attempt is put off") {
            try tills.text("tills/till-1/failed") != nil && tills.stage(Self.till) == "accepted"
        }
        #expect(tills.sentBytes(of: "app.bin") == 200_000)
        if !knows {
            tills.end(Self.till, by: SIGTERM)
            tills.stopServing()
            try FileManager.default.removeItem(atPath: tills.path("state/deliveries"))
            try tills.serve(startsUpdate: false)
            try tills.start(Self.till)
        }
        try tills.write("tills/till-1/go", "")
        try tills.wait("the update has ended") { try ended(tills) }
        #expect(
            try tills.standing(Self.till)
                == ServedTills.Standing(state: "completed", reason: "", runs: ServedTills.new),
            "\(tills.text("tills/till-1/agent.log") ?? "")")
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: ServedTills.new, isWhole: true))
        #expect(tills.sentBytes(of: "app.bin") == (knows ? 200_000 : 400_000))
        #expect(tills.sentBytes(of: "table.csv") == (knows ? 6 : 12))
    }

    @Test func aFailedHealthCheckLeadsBackAndIsToldAsSuch() throws {
        let tills = try ServedTills([Self.till])
        try tills.write("tills/till-1/unhealthy-\(ServedTills.new)", "")
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("the update has ended", seconds: 120) { try ended(tills) }
        let standing = try tills.standing(Self.till)
        #expect(standing == ServedTills.Standing(state: "failed", reason: "health check failed", runs: ServedTills.old))
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: ServedTills.old, isWhole: true))
        #expect(tills.text("tills/till-1/running")?.contains(ServedTills.old) == true)
    }

    /// The restart on the way back leaves the sick release running, and the version command says so: the attempt has failed
    /// all the same, and the next ones empty no slot that the release runs from.
    @Test func aWayBackWithoutEffectCountsForNothing() throws {
        let tills = try ServedTills([Self.till])
        try tills.write("tills/till-1/unhealthy-\(ServedTills.new)", "")
        try tills.write("tills/till-1/unhealthy-\(ServedTills.old)", "")
        try tills.script(
            Self.till, "restart", "[ \"$MUSTER_GOES_BACK\" = 1 ] || cat slots/current/release.json > running\n")
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("the update has ended", seconds: 240) { try ended(tills) }
        let standing = try tills.standing(Self.till)
        #expect(
            standing
                == ServedTills.Standing(state: "failed", reason: "runs from another slot", runs: ServedTills.old),
            "\(tills.text("tills/till-1/agent.log") ?? "")")
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: ServedTills.old, isWhole: true))
        #expect(tills.text("tills/till-1/running")?.contains(ServedTills.new) == true)
        #expect(tills.text("tills/till-1/log") == "begin \(ServedTills.new)\nend\n")
        #expect(tills.text("tills/till-1/slots/b/release.json") != nil)
    }

    /// What the site's own version command says counts, also when it lies about a good slot.
    @Test func aLyingVersionIsNoSuccess() throws {
        let tills = try ServedTills([Self.till])
        try tills.script(Self.till, "version", "echo 1.5.0\n")
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("the update has ended", seconds: 120) { try ended(tills) }
        #expect(try tills.standing(Self.till).state == "failed")
        #expect(try tills.standing(Self.till).runs == "1.5.0")
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: ServedTills.old, isWhole: true))
    }

    @Test func aSaleHoldsItBack() throws {
        let tills = try ServedTills([Self.till])
        try tills.write("tills/till-1/busy", "a sale is under way")
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("it was put off") { tills.text("tills/till-1/agent.log")?.contains("accepted") == true }
        usleep(700_000)
        #expect(tills.text("tills/till-1/log") == nil)
        #expect(try tills.standing(Self.till).state == "inProgress")
        try FileManager.default.removeItem(atPath: tills.path("tills/till-1/busy"))
        try tills.wait("the update has ended") { try ended(tills) }
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: ServedTills.new, isWhole: true))
    }

    /// A sale begins during the installation. Meanwhile the release is taken back by those who sign, and the agent killed.
    @Test func whatIsSignedNoMoreIsNotSwitchedToAfterASale() throws {
        let tills = try ServedTills([Self.till])
        try tills.publish()
        try tills.script(
            Self.till, "install", "cat \"$MUSTER_FILES\"/app.bin > \"$MUSTER_SLOT\"/unpacked; echo a sale > busy\n")
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("it waits before the switch") {
            try tills.text("tills/till-1/busy") != nil && tills.stage(Self.till) == "ready"
        }
        tills.end(Self.till, by: SIGKILL)
        let signed = tills.text("state/tuf/timestamp.json")
        try FileManager.default.moveItem(
            atPath: tills.path("fleet/releases/\(ServedTills.new)"), toPath: tills.path("taken-back"))
        try tills.publish()
        // What is served is signed anew by the gateway's next look.
        try tills.wait("the gateway has taken it in") { tills.text("state/tuf/timestamp.json") != signed }
        #expect(signed != nil)
        try tills.start(Self.till)
        try FileManager.default.removeItem(atPath: tills.path("tills/till-1/busy"))
        try tills.wait("the update has ended") { try ended(tills) }
        #expect(
            try tills.standing(Self.till)
                == ServedTills.Standing(state: "failed", reason: "bad signature", runs: ServedTills.old),
            "\(tills.text("tills/till-1/agent.log") ?? "")")
        #expect(try tills.slot(Self.till) == ServedTills.Look(version: ServedTills.old, isWhole: true))
        let other = try FileManager.default.contentsOfDirectory(atPath: tills.path("tills/till-1/slots/b"))
        #expect(other == ["files"])
    }

    @Test func aFolderHasOneAgentAndATokenOneOwner() throws {
        let tills = try ServedTills([Self.till])
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("it runs") { tills.text("tills/till-1/agent.log")?.contains("the agent runs") == true }
        let file = tills.path("tills/till-1/agent.yaml")
        #expect(try tills.muster(["agent", file], code: 1).contains("another agent runs on "))
        #expect(try tills.muster(["agent", "--check", file]) == "\(file) is good\n")
        chmod(tills.path("tills/till-1/token"), 0o644)
        #expect(try tills.muster(["agent", "--check", file], code: 2).contains("others than its owner"))
    }

    /// Another state does not make it another agent's slots.
    @Test func slotsHaveOneAgent() throws {
        let tills = try ServedTills([Self.till])
        try tills.serve()
        try tills.start(Self.till)
        try tills.wait("it runs") { tills.text("tills/till-1/agent.log")?.contains("the agent runs") == true }
        let text = try #require(tills.text("tills/till-1/agent.yaml"))
        try tills.write("tills/till-1/other.yaml", text.replacing("/state\n", with: "/other-state\n"))
        let said = try tills.muster(["agent", tills.path("tills/till-1/other.yaml")], code: 1)
        #expect(said.contains("another agent runs on \(tills.path("tills/till-1/slots"))\n"))
        #expect(FileManager.default.fileExists(atPath: tills.path("tills/till-1/other-state/agent.lock")))
    }

    /// What a start would end at is found by a check, which makes nothing.
    @Test func aCheckLooksAtWhatAStartNeeds() throws {
        let tills = try ServedTills([Self.till])
        let home = tills.path("tills/till-1"), file = home + "/check.yaml"
        let good = """
            version: 1
            gateway: {url: "http://127.0.0.1:9", token-file: \(home)/token}
            device: till-1
            state: \(home)/state
            slots: \(home)/slots

            """
        try tills.write("tills/till-1/token", "secret", mode: 0o600)
        func check(_ text: String, code: Int32) throws -> String {
            try tills.write("tills/till-1/check.yaml", text)
            return try tills.muster(["agent", "--check", file], code: code)
        }
        #expect(try check(good, code: 0) == "\(file) is good\n")
        let slots = try check(good.replacing("\(home)/slots", with: "/nonexistent/slots"), code: 2)
        #expect(slots.contains("the folder /nonexistent/slots cannot be made: /nonexistent is not there\n"))
        let signed =
            good + "signed-releases: {metadata-url: \"http://127.0.0.1:9/m\", root-file: \(home)/root.json, "
            + "folder: \(home)/state/tuf}\n"
        let root = "muster: \(home)/root.json, the root of signed releases: "
        #expect(try check(signed, code: 2).contains("\(root)\(home)/root.json is not there\n"))
        try tills.write("tills/till-1/root.json", "{")
        let noRoot = try check(signed, code: 2)
        #expect(noRoot.contains(root) && !noRoot.contains("is not there"))
        #expect(!FileManager.default.fileExists(atPath: home + "/state"))
        try FileManager.default.removeItem(atPath: home + "/slots/current")
        try tills.write("tills/till-1/slots/current", "a")
        #expect(try check(good, code: 2).contains("\(home)/slots/current is no symbolic link\n"))
    }

    /// The next order would take it away: a check and a start refuse it, and make nothing.
    @Test(arguments: [
        ("state: HOME/state", "state: HOME/slots/b/state", "the state folder, HOME/slots/b/state"),
        ("state: HOME/state", "state: HOME/link/state", "the state folder, HOME/link/state"),
        ("state: HOME/state", "state: HOME/slots/current/state", "the state folder, HOME/slots/current/state"),
        ("state: HOME/state", "state: HOME/slots/b", "the state folder, HOME/slots/b"),
        ("token-file: HOME/token", "token-file: HOME/slots/a/token", "the token file, HOME/slots/a/token"),
        ("token-file: HOME/token", "token-file: HOME/slots/a/there", "the token file, HOME/slots/a/there"),
        ("folder: HOME/tuf", "folder: HOME/slots/b/tuf", "the folder of signed releases, HOME/slots/b/tuf"),
        ("root-file: HOME/root", "root-file: HOME/link/root", "the root of signed releases, HOME/link/root"),
    ])
    func whatTheAgentNeedsIsInNoSlot(good: String, bad: String, expected: String) throws {
        let tills = try ServedTills([Self.till])
        let home = tills.path("tills/till-1"), file = home + "/check.yaml"
        let text = """
            version: 1
            gateway: {url: "http://127.0.0.1:9", token-file: HOME/token}
            device: till-1
            state: HOME/state
            slots: HOME/slots
            signed-releases: {metadata-url: "http://127.0.0.1:9/m", root-file: HOME/root, folder: HOME/tuf}

            """
        for name in ["token", "slots/a/token"] { try tills.write("tills/till-1/\(name)", "secret", mode: 0o600) }
        symlink("slots/b", home + "/link")
        // It lies elsewhere, and is reached through the slot.
        symlink("../../token", home + "/slots/a/there")
        try tills.write("tills/till-1/check.yaml", text.replacing(good, with: bad).replacing("HOME", with: home))
        let place = expected.replacing("HOME", with: home)
        let problem = "muster: \(place), lies in a slot, and goes with the next order; "
        for options in [["--check"], []] {
            #expect(try tills.muster(["agent"] + options + [file], code: 2).contains(problem), "\(options)")
        }
        for name in ["state", "slots/b/state", "slots/a/state", "tuf"] {
            #expect(!FileManager.default.fileExists(atPath: "\(home)/\(name)"), "\(name)")
        }
        // The same where it belongs is not what is wrong.
        try tills.write("tills/till-1/check.yaml", text.replacing("HOME", with: home))
        #expect(try !tills.muster(["agent", "--check", file], code: 2).contains("lies in a slot"))
        // Nor may the file itself lie there.
        try FileManager.default.moveItem(atPath: file, toPath: home + "/slots/b/check.yaml")
        let own = try tills.muster(["agent", "--check", home + "/slots/b/check.yaml"], code: 2)
        #expect(own.contains("muster: the configuration, \(home)/slots/b/check.yaml, lies in a slot"))
    }

    /// Kills at times that a seed draws, over the whole of an installation that is drawn out; each time another agent goes
    /// on. In the end the release is there, whole, and counts; two installations never ran at once.
    @Test(arguments: [UInt64(1), 2, 3]) func killsAtAnyTime(seed: UInt64) throws {
        var draw = Draw(seed)
        let tills = try ServedTills([Self.till], fileLength: 400_000)
        try tills.script(
            Self.till, "install",
            """
            mkdir installing || { echo "two at once" >> log; exit 1; }
            trap 'rmdir installing' EXIT
            trap 'exit 1' TERM
            sleep 0.2
            cat "$MUSTER_FILES"/app.bin > "$MUSTER_SLOT"/unpacked
            sleep 0.1

            """)
        try tills.script(Self.till, "restart", "sleep 0.1; cat slots/current/release.json > running\n")
        try tills.serve(["--bytes-per-second-per-device", "400000"])
        var kills = 0
        // Fewer than would make the agent give up at any one place.
        while kills < 12 {
            // A killed script leaves its folder; a running one would not.
            rmdir(tills.path("tills/till-1/installing"))
            try tills.start(Self.till)
            usleep(UInt32(draw.next(900_000)))
            tills.end(Self.till, by: SIGKILL)
            kills += 1
            let slot = try tills.slot(Self.till)
            #expect(slot.isWhole, "seed \(seed), kill \(kills)")
            if try ended(tills) { break }
        }
        usleep(400_000)
        rmdir(tills.path("tills/till-1/installing"))
        try tills.start(Self.till)
        try tills.wait("the update has ended", seconds: 120) { try ended(tills) }
        let standing = try tills.standing(Self.till), slot = try tills.slot(Self.till)
        #expect(slot.isWhole && standing.runs == slot.version, "seed \(seed): \(standing), \(slot)")
        #expect(
            (standing.state == "completed") == (slot.version == ServedTills.new), "seed \(seed): \(standing), \(slot)")
        #expect(tills.text("tills/till-1/log")?.contains("two at once") != true, "seed \(seed)")
    }

    @Test func theUnitIsSystemds() throws {
        let tills = try ServedTills([Self.till])
        try tills.publish()
        try tills.serve()
        try tills.start(Self.till)
        let unit = try tills.muster(["agent", "unit", tills.path("tills/till-1/agent.yaml")])
        #expect(unit.contains("\"agent\" \"\(tills.path("tills/till-1/agent.yaml"))\"\n"))
        #expect(unit.contains("KillMode=mixed\n") && unit.contains("Restart=always\n"))
        let home = tills.path("tills/till-1")
        let needed =
            ["agent.yaml", "token", "state"].map { "\(home)/\($0)" } + [tills.path("fleet/tuf/metadata/1.root.json")]
            + ["state/tuf", "slots", "bin/install", "bin/restart", "bin/health", "bin/version", "bin/busy"]
            .map { "\(home)/\($0)" }
        #expect(unit.contains("RequiresMountsFor=\(needed.map { "\"\($0)\"" }.joined(separator: " "))\n"), "\(unit)")
        try FileManager.default.createDirectory(atPath: tills.path("units"), withIntermediateDirectories: true)
        try tills.write("units/muster-agent.service", unit)
        let verify = Process()
        verify.executableURL = URL(filePath: "/usr/bin/systemd-analyze")
        verify.arguments = ["verify", "--man=no", tills.path("units/muster-agent.service")]
        let pipe = Pipe()
        (verify.standardError, verify.standardOutput) = (pipe, pipe)
        try verify.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        verify.waitUntilExit()
        #expect(verify.terminationStatus == 0 && said == "", "\(said)")
    }
}
