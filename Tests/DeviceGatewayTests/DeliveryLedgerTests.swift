import FleetCore
import Foundation
import Logging
import Testing

@testable import DeviceGateway

/// Which bytes count as sent, and what is left of that when the process has ended in whichever way.
@Suite struct DeliveryLedgerTests {
    private let folder = ScratchFolder()
    private let release = Version(2, 0, 0)

    /// The ledger of a process that starts now, of a till that is to fetch two files of 100 bytes each.
    private func ledger() -> DeliveryLedger {
        let ledger = DeliveryLedger(
            directory: folder.path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        ledger.opened(release, size: 200, by: "a till")
        return ledger
    }

    private func file(_ place: Int) -> DeliveredFile { DeliveredFile(place: place, sha256: "f\(place)") }

    /// Sends a range, of which the bytes up to one arrive; all of them, unless another is named.
    /// - Parameter left: Behind the last byte that left; nil: nobody could look.
    private func send(
        _ range: Range<Int64>, of place: Int, _ ledger: DeliveryLedger, arrived: Int64? = nil, left: Int64? = nil
    ) -> Int64 {
        let delivery = ledger.began(file(place), at: range.lowerBound, to: "a till")
        if !range.isEmpty { ledger.hands(delivery, upTo: range.upperBound, arrived: range.lowerBound) }
        ledger.ended(delivery, arrived: arrived ?? range.upperBound, left: left)
        return sent(ledger)
    }

    private func sent(_ ledger: DeliveryLedger) -> Int64 { ledger.sent(of: release, to: "a till") }

    @Test func whatWasHandedOverAndDidNotArriveIsAPart() {
        let ledger = ledger()
        #expect(sent(ledger) == 0)
        #expect(send(0..<100, of: 0, ledger, arrived: 0) == 100)
        #expect(send(0..<100, of: 1, ledger) == 199)
        #expect(ledger.progress(of: release, to: "a till") == (100, 200))
        #expect(ledger.sent(of: Version(1, 0, 0), to: "a till") == 0)
        #expect(ledger.sent(of: release, to: "another") == 0)
    }

    /// A client goes on behind the last byte that it has.
    @Test func whoGoesOnHasWhatWasHandedOver() {
        let ledger = ledger()
        _ = send(0..<80, of: 0, ledger, arrived: 20)
        #expect(ledger.progress(of: release, to: "a till") == (20, 80))
        _ = send(60..<100, of: 0, ledger)
        #expect(ledger.progress(of: release, to: "a till") == (100, 100))
        // Behind what was not handed over, it has nothing by that.
        _ = send(0..<40, of: 1, ledger, arrived: 0)
        #expect(send(60..<100, of: 1, ledger) == 180)
        #expect(ledger.progress(of: release, to: "a till") == (140, 180))
    }

    /// Also after a restart, and once the file was written anew.
    @Test func whatNeverLeftNobodyHas() {
        let first = ledger()
        _ = send(0..<100, of: 0, first)
        _ = send(0..<100, of: 1, first, arrived: 20, left: 50)
        for ledger in [first, ledger(), ledger()] {
            #expect(ledger.handed(of: file(1), release, to: "a till") == 100)
            #expect(send(100..<100, of: 1, ledger) == 199)
            #expect(send(51..<52, of: 1, ledger) == 199)
            #expect(ledger.progress(of: release, to: "a till") == (121, 200))
        }
        #expect(send(50..<51, of: 1, ledger()) == 199)
        #expect(ledger().progress(of: release, to: "a till") == (152, 200))
    }

    /// Of what is under way that is what has left by the last look.
    @Test func whatHasLeftOfADeliveryUnderWayIsWhatADeviceMayGoOnBehind() {
        let ledger = ledger()
        _ = send(0..<100, of: 0, ledger)
        let delivery = ledger.began(file(1), at: 0, to: "a till")
        ledger.hands(delivery, upTo: 60, arrived: 0)
        _ = send(60..<100, of: 1, ledger)
        #expect(ledger.progress(of: release, to: "a till") == (140, 200))
        ledger.looked(at: delivery, arrived: 10, left: 60)
        #expect(ledger.progress(of: release, to: "a till") == (150, 200))
        _ = send(60..<61, of: 1, ledger)
        #expect(sent(ledger) == 200)
    }

    @Test func rangesCountInWhicheverOrder() {
        let ledger = ledger()
        #expect(send(60..<100, of: 0, ledger) == 40)
        #expect(send(30..<60, of: 1, ledger) == 70)
        #expect(send(0..<60, of: 0, ledger) == 130)
        #expect(send(60..<100, of: 1, ledger) == 170)
        #expect(send(0..<30, of: 1, ledger) == 200)
    }

    @Test func whatWasSentInAnotherRangeIsKnownAfterARestart() {
        #expect(send(0..<100, of: 0, ledger()) == 100)
        #expect(send(60..<100, of: 1, ledger()) == 140)
        #expect(send(99..<100, of: 0, ledger()) == 140)
        #expect(send(0..<60, of: 1, ledger()) == 200)
        #expect(sent(ledger()) == 200)
    }

    /// Where a range begins is no proof of what lies before it.
    @Test func theLastByteAloneProvesNothingAfterARestart() {
        #expect(send(0..<1, of: 0, ledger()) == 1)
        let next = ledger()
        #expect(send(99..<100, of: 0, next) == 2)
        #expect(send(100..<100, of: 1, next) == 2)
    }

    /// The system goes on sending what a process that is killed has handed over.
    @Test func aKillForgetsNothingThatADeviceMayHave() {
        let killed = ledger()
        let first = killed.began(file(0), at: 0, to: "a till"), second = killed.began(file(1), at: 0, to: "a till")
        killed.hands(first, upTo: 50, arrived: 0)
        killed.hands(first, upTo: 100, arrived: 10)
        killed.taken(first, upTo: 100, arrived: 20)
        killed.hands(second, upTo: 70, arrived: 0)
        killed.taken(second, upTo: 70, arrived: 0)
        #expect(sent(killed) == 170 && killed.progress(of: release, to: "a till").arrived == 20)
        let next = ledger()
        #expect(sent(next) == 170 && next.progress(of: release, to: "a till").arrived == 170)
        #expect(!next.isDelivering("a till"))
        #expect(send(70..<100, of: 1, next) == 200)
    }

    /// Of the piece that the system had not taken a part goes down with the process. Who goes on behind a part of it has
    /// that; who says nothing of it does not.
    @Test(arguments: [false, true]) func thePieceThatWasOnItsWayGoesDownWithTheProcess(goesOn: Bool) {
        let killed = ledger()
        _ = send(0..<100, of: 0, killed)
        let delivery = killed.began(file(1), at: 0, to: "a till")
        for end in [Int64(40), 70, 100] { killed.hands(delivery, upTo: end, arrived: 0) }
        let next = ledger()
        #expect(sent(next) == 199 && next.progress(of: release, to: "a till") == (170, 200))
        #expect(next.handed(of: file(1), release, to: "a till") == 100)
        if goesOn {
            #expect(send(85..<100, of: 1, next) == 200)
        } else {
            #expect(send(70..<100, of: 1, next, arrived: 80) == 199)
        }
    }

    /// Who goes on behind what it has leaves no gap in what counts, and is not sent for what it has.
    @Test func whatADeviceMayHaveIsNoLessThanItHas() {
        let ledger = ledger()
        _ = send(0..<100, of: 0, ledger)
        _ = send(0..<100, of: 1, ledger, arrived: 30)
        #expect(ledger.handed(of: file(1), release, to: "a till") == 100)
        #expect(send(30..<99, of: 1, ledger) == 199)
        #expect(send(99..<100, of: 1, ledger) == 200)
        #expect(ledger.handed(of: file(1), release, to: "a till") == 100)
    }

    /// What is handed over later says nothing of what a device had when it went on elsewhere.
    @Test func whatIsWrittenAnewSaysTheSame() {
        var state = DeliveryState()
        state.apply(.opened(device: "a till", release: release, size: 100))
        state.apply(.began(delivery: 2, device: "a till", file: file(0), start: 60))
        state.apply(.began(delivery: 1, device: "a till", file: file(0), start: 0))
        state.apply(.handed(delivery: 1, end: 40, arrived: 0))
        state.apply(.handed(delivery: 1, end: 60, arrived: 20))
        state.apply(.began(delivery: 3, device: "another", file: file(0), start: 0))
        var again = DeliveryState()
        for record in state.records { again.apply(record) }
        #expect(again.entries["a till"]?.files == state.entries["a till"]?.files)
        #expect(again.entries["a till"]?.arrived == 20)
        again.endAll(believes: true)
        #expect(again.entries["a till"]?.arrived == 40)
    }

    /// What a program left that did not note what had arrived.
    @Test func anOlderLineIsRead() {
        #expect(DeliveryRecord(["handed", "1", "50"]) == .handed(delivery: 1, end: 50, arrived: 0))
        #expect(DeliveryRecord(["handed", "1", "50", "51"]) == nil)
        #expect(DeliveryRecord(["taken", "1", "50"]) == nil)
        #expect(DeliveryRecord(["ended", "1", "50"]) == .ended(delivery: 1, arrived: 50, left: nil))
        #expect(DeliveryRecord(["ended", "1", "50", "49"]) == nil)
        #expect(DeliveryRecord(["ended", "1", "50", "?"]) == nil)
    }

    /// What did not arrive when a connection ended is not taken for arrived because the process ends later.
    @Test func aDeliveryThatWasCutIsAsItWasAfterAKill() {
        let killed = ledger()
        _ = send(0..<100, of: 0, killed)
        _ = send(0..<100, of: 1, killed, arrived: 30)
        let next = ledger()
        #expect(sent(next) == 199 && next.progress(of: release, to: "a till") == (130, 200))
    }

    /// A power cut also ends what the system would have sent.
    @Test func afterAnotherStartOfTheMachineWhatWasUnderWayIsNotBelieved() throws {
        let killed = ledger()
        _ = send(0..<100, of: 0, killed)
        let delivery = killed.began(file(1), at: 0, to: "a till")
        killed.hands(delivery, upTo: 100, arrived: 0)
        killed.taken(delivery, upTo: 100, arrived: 40)
        try rewrite { lines in
            let title = "muster deliveries 1\tanother boot"
            return ["\(String(StableHash.of(title), radix: 16))\t\(title)"] + lines.dropFirst()
        }
        let next = ledger()
        #expect(sent(next) == 199 && next.progress(of: release, to: "a till").arrived == 140)
    }

    /// A file that was cut anywhere says what it says up to there, and never more.
    @Test func aDamagedEndIsCutOff() throws {
        let killed = ledger()
        _ = send(0..<100, of: 0, killed)
        let delivery = killed.began(file(1), at: 0, to: "a till")
        killed.hands(delivery, upTo: 100, arrived: 0)
        killed.taken(delivery, upTo: 100, arrived: 0)
        let bytes = try Data(contentsOf: folder.file)
        for length in stride(from: bytes.count - 1, through: 0, by: -7) {
            try bytes.prefix(length).write(to: folder.file)
            #expect(sent(ledger()) < 200)
        }
        try (bytes + Data("rubbish\n".utf8) + bytes).write(to: folder.file)
        let next = ledger()
        #expect(next.progress(of: release, to: "a till").arrived == 100)
        // It is whole from then on.
        #expect(send(0..<100, of: 1, next) == 200)
        #expect(sent(ledger()) == 200)
    }

    /// What was fetched in an earlier attempt may have been installed, and left again.
    @Test func everythingIsOfTheAttemptThatFetchedLast() {
        let first = ledger()
        first.fetches(7, by: "a till")
        _ = send(0..<100, of: 0, first)
        #expect(!first.hasEverything(of: release, for: 7, "a till"))
        _ = send(0..<100, of: 1, first)
        let next = ledger()
        for one in [first, next] {
            #expect(one.hasEverything(of: release, for: 7, "a till"))
            #expect(!one.hasEverything(of: release, for: 8, "a till"))
            #expect(!one.hasEverything(of: Version(3, 0, 0), for: 7, "a till"))
        }
        next.fetches(8, by: "a till")
        #expect(next.hasEverything(of: release, for: 8, "a till"))
    }

    @Test func anotherReleaseBeginsAnew() {
        let first = ledger()
        _ = send(0..<100, of: 0, first)
        first.opened(Version(3, 0, 0), size: 100, by: "a till")
        #expect(first.progress(of: release, to: "a till") == (0, 0))
        #expect(sent(ledger()) == 0)
    }

    @Test func whatHasEndedForGoodIsForgotten() {
        let first = ledger()
        _ = send(0..<100, of: 0, first)
        first.forget(Version(3, 0, 0), of: "a till")
        #expect(sent(first) == 100)
        first.forget(release, of: "a till")
        #expect(sent(first) == 0 && sent(ledger()) == 0)
    }

    @Test func whoClaimedWithoutTheFilesIsNeverOneThatWasSentNothing() {
        let first = ledger()
        first.claimedUnfetched("a till")
        #expect(sent(first) == 1 && sent(ledger()) == 1)
        #expect(first.progress(of: release, to: "a till") == (0, 0))
    }

    /// One that nobody may write costs what is known only once the process has ended.
    @Test func aFolderThatIsNotThereLosesNothingMeanwhile() throws {
        try FileManager.default.removeItem(atPath: folder.path)
        let ledger = ledger()
        _ = send(0..<100, of: 0, ledger)
        #expect(send(0..<100, of: 1, ledger) == 200)
    }

    @Test func theFileIsWrittenAnewWhenItHasGrown() throws {
        let ledger = ledger()
        let delivery = ledger.began(file(1), at: 0, to: "a till")
        var largest = 0
        for end in 1...Int64(700_000) {
            ledger.hands(delivery, upTo: end, arrived: 0)
            if end % 10_000 == 0 { largest = max(largest, try folder.length()) }
        }
        #expect(largest < DeliveryFile.leastLength + 1_000_000)
        #expect(try folder.length() < largest)
        #expect(self.ledger().progress(of: release, to: "a till").arrived == 699_999)
    }

    private func rewrite(_ change: ([String]) -> [String]) throws {
        let lines = try String(contentsOf: folder.file, encoding: .utf8).split(separator: "\n").map(String.init)
        try Data((change(lines).joined(separator: "\n") + "\n").utf8).write(to: folder.file)
    }
}

/// Ranges are the bytes that were added, in whichever order.
@Suite struct ByteSpansTests {
    @Test func rangesAreTheBytesThatWereAdded() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var spans = ByteSpans(), bytes: Set<Int64> = []
            for _ in 0..<20 {
                let lower = Int64.random(in: 0..<100, using: &generator)
                let range = lower..<lower + Int64.random(in: 0..<20, using: &generator)
                spans.insert(range)
                bytes.formUnion(range)
            }
            #expect(spans.count == Int64(bytes.count))
            #expect(Set(spans.ranges.flatMap { Array($0) }) == bytes)
            for (one, next) in zip(spans.ranges, spans.ranges.dropFirst()) { #expect(one.upperBound < next.lowerBound) }
            for place in Int64(0)...120 {
                var first = place
                while bytes.contains(first - 1) { first -= 1 }
                #expect(spans.run(before: place) == first..<place)
            }
        }
    }

    @Test func thereAreNoMoreThanTheMost() {
        var spans = ByteSpans()
        for place in 0..<Int64(2 * ByteSpans.mostRanges) { spans.insert(2 * place..<2 * place + 1) }
        #expect(spans.ranges.count == ByteSpans.mostRanges)
    }
}

/// A folder of its own, taken away at the end.
private final class ScratchFolder: Sendable {
    let path = NSTemporaryDirectory() + "deliveries-" + UUID().uuidString

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var file: URL { URL(filePath: "\(path)/\(DeliveryLedger.name)") }

    func length() throws -> Int { try Data(contentsOf: file).count }
}
