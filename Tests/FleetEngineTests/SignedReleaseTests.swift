import FleetCore
import FleetEngine
import Synchronization
import Testing

/// What is not signed is not begun, whoever asks for it and by whatever command.
@Suite struct SignedReleaseTests {
    static let old = Version(1, 0, 0), new = Version(2, 0, 0)

    /// Says which releases are signed, and how often it was asked.
    private final class Book: ReleaseVoucher {
        struct Page: ReleaseObjections {
            let signed: Set<Version>

            func objection(to release: Release) -> Refusal? {
                signed.contains(release.version)
                    ? nil : Refusal("till.bin of release \(release.version) is not signed", remedy: "sign it")
            }
        }

        let signed = Mutex<Set<Version>>([SignedReleaseTests.old, SignedReleaseTests.new])
        let looks = Mutex(0)

        func objections() -> any ReleaseObjections {
            looks.withLock { $0 += 1 }
            return Page(signed: signed.withLock { $0 })
        }
    }

    /// Three terminals, of which the last runs another release, and two drafts of which one waits for an approval.
    private final class Shop {
        let book = Book(), log = FailingLog()
        var loop: EngineLoop
        let now = Timestamp(milliseconds: 1_772_550_000_000)

        init() throws {
            loop = try EngineLoop(log: log, link: RecordingLink(log), now: now, voucher: book)
            let file = [Artifact(name: "till.bin", size: 4, sha256: String(repeating: "a", count: 64))]
            let versions = [SignedReleaseTests.old, Version(1, 5, 0), SignedReleaseTests.new]
            let records = (0..<3).map { number in
                DeviceRecord(
                    id: "pos-\(number)", site: "s", region: "r", firmware: versions[number / 2], status: .online)
            }
            var settings = FleetSettings(name: "shop")
            settings.retry.attempts = 1
            var guarded = UpdateDefinition(
                id: "guarded", release: SignedReleaseTests.new, selector: .all, strategy: .immediate(offline: .skip))
            guarded.requiresApproval = true
            var plain = guarded
            plain.id = "plain"
            plain.requiresApproval = false
            for command in [
                .configure(settings), .addReleases(versions.map { Release(version: $0, artifacts: file) }),
                .register(records), .draft(guarded), .draft(plain),
            ] as [Command] {
                #expect(give(command) == nil)
            }
        }

        func give(_ command: Command) -> Refusal? {
            let user = LocalUser(name: "kim", isOwner: true)
            let origin = Origin(operatorName: "kim", source: "test")
            let alone = loop.step([.request(command, origin, by: user, ticket: 1)], now: now).first?.refusal
            return alone
        }

        func report(_ device: UInt32, _ body: Report.Body) {
            let generation = loop.state.order(for: DeviceIndex(device))?.generation
            _ = loop.step([.report(Report(device: DeviceIndex(device), generation: generation, body: body))], now: now)
        }

        func complete(_ device: UInt32) {
            report(device, .reached(.installing))
            report(device, .restarted)
            let contact = Report(device: DeviceIndex(device), body: .contacted(firmware: SignedReleaseTests.new))
            _ = loop.step([.report(contact)], now: now)
        }

        /// What the journal says of the last command.
        var lastRefused: String? {
            guard case .commandRefused(let record, let refusal)? = log.facts.last?.event else { return nil }
            return "\(record.verb) \(record.object): \(refusal.message)"
        }
    }

    private func refusal(_ update: String, _ version: Version) -> Refusal {
        Refusal(
            "\(update) would bring devices to what is not signed: till.bin of release \(version) is not signed",
            remedy: "sign it")
    }

    @Test func eachCommandThatSendsIsRefusedAlikeAndWrittenDown() throws {
        let shop = try Shop()
        #expect(shop.give(.start(update: "guarded")) == nil)
        shop.book.signed.withLock { $0 = [Self.old] }
        #expect(shop.give(.start(update: "plain")) == refusal("plain", Self.new))
        #expect(shop.lastRefused == "start plain: \(refusal("plain", Self.new).message)")
        #expect(shop.loop.state.update("plain")?.status == .draft)
        #expect(shop.give(.approve(update: "guarded")) == refusal("guarded", Self.new))
        #expect(shop.loop.state.update("guarded")?.status == .awaitingApproval)
        shop.book.signed.withLock { _ = $0.insert(Self.new) }
        #expect(shop.give(.approve(update: "guarded")) == nil)
        #expect(shop.give(.pause(update: "guarded")) == nil)
        shop.book.signed.withLock { $0 = [] }
        #expect(shop.give(.resume(update: "guarded")) == refusal("guarded", Self.new))
        #expect(shop.loop.state.update("guarded")?.status == .paused)
        // What sends nothing is not asked about.
        let looks = shop.book.looks.withLock { $0 }
        #expect(shop.give(.cancel(update: "guarded")) == nil)
        #expect(shop.book.looks.withLock { $0 } == looks)
    }

    @Test func failedDevicesAreNotTriedAgain() throws {
        let shop = try Shop()
        #expect(shop.give(.start(update: "plain")) == nil)
        shop.report(0, .gaveUp(FailureCause(code: "broken", isPermanent: true)))
        #expect(shop.give(.cancel(update: "plain")) == nil)
        for device in 1...2 { shop.report(UInt32(device), .dropped) }
        shop.book.signed.withLock { $0 = [Self.old] }
        #expect(shop.give(.retryFailed(update: "plain")) == refusal("plain", Self.new))
        shop.book.signed.withLock { _ = $0.insert(Self.new) }
        #expect(shop.give(.retryFailed(update: "plain")) == nil)
    }

    /// A command that cannot be carried out anyhow is refused for that.
    @Test func whatCannotBeDoneIsSaidFirst() throws {
        let shop = try Shop()
        shop.book.signed.withLock { $0 = [] }
        #expect(shop.give(.start(update: "none"))?.message == "there is no update none")
        #expect(shop.give(.retryFailed(update: "plain"))?.message == "plain is draft")
    }

    /// Each device of a rollback has a release of its own: those whose release is signed do not wait for the others.
    @Test func aRollbackGoesOnForThoseThatMayBeSentBack() throws {
        let shop = try Shop()
        #expect(shop.give(.start(update: "plain")) == nil)
        for device in [0, 1, 2] as [UInt32] { shop.complete(device) }
        let back = Command.rollBack(update: "plain", confirmation: "plain", preview: nil)
        shop.book.signed.withLock { $0 = [Self.new] }
        #expect(shop.give(back) == refusal("plain", Self.old))
        shop.book.signed.withLock { _ = $0.insert(Self.old) }
        #expect(shop.give(back) == nil)
    }
}
