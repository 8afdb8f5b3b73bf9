import FleetCore
import FleetEngine
import Synchronization

/// The files of a release on their way.
extension PushErrand {
    /// Connections that may be lost on the way of one release, and those in a row that brought it no further.
    static let mostCuts = 50, mostFruitless = 3
    /// The longest that one file may be on its way: a bound for what moves all the time.
    static let longestTransfer = Duration.days(1)

    /// Sees to it that the release lies whole on the terminal, in a folder of its own, proven by its hashes.
    func bring(_ work: DeviceAnswer.Work, running: Version?) async throws {
        try Self.expectNames(work.artifacts)
        _ = try await voice.say([.reached(.downloading)], of: work.order)
        var reached: Int64 = -1, fruitless = 0
        for _ in 0..<Self.mostCuts {
            do {
                guard let parts = try await prepare(work, running: running) else {
                    return try await tell(work, bytes: work.size)
                }
                let (offsets, files) = try await offsets(parts, work)
                let there = offsets.reduce(0, +)
                visit.ledger.note(there, of: work.order.release, on: visit.target.device)
                if there > reached { (reached, fruitless) = (there, 0) }
                try await send(files, from: offsets, work)
                return try await finish(work)
            } catch let fault as PushFault where fault.isOfLine && fruitless < Self.mostFruitless {
                // What is there is asked anew.
                fruitless += 1
                visit.note("\(fault.words); the transfer goes on where it was cut")
                try await Task.sleep(for: Self.pause * fruitless)
            }
        }
        throw PushFault.connectionLost
    }

    /// Names become parts of paths.
    private static func expectNames(_ artifacts: [Artifact]) throws(PushFault) {
        for artifact in artifacts {
            let name = artifact.name
            guard !name.isEmpty, name.utf8.count <= 255, name != ".", name != "..", !name.utf8.contains(0),
                !name.utf8.contains(UInt8(ascii: "/"))
            else { throw .unusable("a file of the release has a name that no terminal takes") }
        }
    }

    private static func words(_ artifacts: [Artifact]) -> [String] {
        artifacts.flatMap { [$0.name, "\($0.size)", $0.sha256] }
    }

    private func tell(_ work: DeviceAnswer.Work, bytes: Int64) async throws {
        visit.ledger.note(bytes, of: work.order.release, on: visit.target.device)
        _ = try await voice.say([.received(bytes: bytes)], of: work.order)
    }

    /// Asks what is there of each file; nil: the whole release, proven.
    func prepare(
        _ work: DeviceAnswer.Work, running: Version?
    ) async throws -> [(size: Int64, sha256: String)]? {
        let release = "\(work.order.release)"
        let answer = try await shell.ask(
            "prepare", [release, running.map { "\($0)" } ?? release] + Self.words(work.artifacts),
            within: settings.limits.verify, "the look at what is there")
        if answer.has("kept") { return nil }
        guard answer.parts.count == work.artifacts.count else { throw PushFault.unintelligible }
        return answer.parts
    }

    /// From where each file is to be sent: from its start, unless what is there is its begin.
    private func offsets(
        _ parts: [(size: Int64, sha256: String)], _ work: DeviceAnswer.Work
    ) async throws(PushFault) -> ([Int64], [any PushFile]) {
        var offsets: [Int64] = [], files: [any PushFile] = []
        for (artifact, part) in zip(work.artifacts, parts) {
            let source = visit.files, release = work.order.release
            guard let file = await Blocking.run({ source.file(artifact, of: release) }) else {
                throw PushFault.filesMissing(artifact.name)
            }
            var offset: Int64 = 0
            if part.size > 0, part.size <= artifact.size {
                let known = await Blocking.run { try? file.sha256(ofFirst: part.size) }
                if known == part.sha256 { offset = part.size }
            }
            offsets.append(offset)
            files.append(file)
        }
        return (offsets, files)
    }

    private func send(_ files: [any PushFile], from offsets: [Int64], _ work: DeviceAnswer.Work) async throws {
        var before: Int64 = 0
        for (place, artifact) in work.artifacts.enumerated() {
            if offsets[place] < artifact.size || artifact.size == 0 {
                if offsets[place] > 0 { visit.note("\(artifact.name) goes on at byte \(offsets[place])") }
                try await send(files[place], artifact, from: offsets[place], before: before, work)
            }
            before += artifact.size
        }
    }

    /// Sends one file's rest. While it moves the engine is told; if it does not, or the order was taken back, it is cut.
    private func send(
        _ file: any PushFile, _ artifact: Artifact, from offset: Int64, before: Int64, _ work: DeviceAnswer.Work
    ) async throws {
        let handed = Handed(offset)
        let words = ["\(work.order.release)", artifact.name, "\(offset)"]
        let answer = try await withThrowingTaskGroup(of: RemoteAnswer?.self) { group in
            group.addTask {
                try await shell.ask("receive", words, within: Self.longestTransfer, "the transfer") { writer in
                    while let piece = try next(file, artifact, at: handed.bytes) {
                        try await visit.pace.wait(
                            for: piece.count, region: region.region,
                            bytesPerSecond: region.bytesPerSecondPerRegion)
                        _ = try await writer.write(piece)
                        handed.add(piece.count)
                    }
                }
            }
            group.addTask {
                try await watch(handed, before: before, work.order)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        // Less has arrived than was sent: the connection ended in between.
        guard answer?.words(after: "size")?.first == "\(artifact.size)" else { throw PushFault.connectionLost }
    }

    private func next(_ file: any PushFile, _ artifact: Artifact, at offset: Int64) throws -> [UInt8]? {
        let rest = artifact.size - offset
        guard rest > 0 else { return nil }
        guard file.isUnchanged else { throw PushFault.filesMissing(artifact.name) }
        let bytes = try? file.piece(at: offset, atMost: Int(min(rest, 64 << 10)))
        guard let bytes, !bytes.isEmpty else { throw PushFault.filesMissing(artifact.name) }
        return bytes
    }

    /// Looks once a second how far a transfer has come, and whether it is still wanted.
    private func watch(_ handed: Handed, before: Int64, _ order: Order) async throws {
        var last = handed.bytes, movedAt = ContinuousClock.now
        while true {
            try await Task.sleep(for: Self.pause)
            let bytes = handed.bytes
            if bytes > last { (last, movedAt) = (bytes, .now) }
            let hasMoved = movedAt + Self.pause > .now
            _ = try await voice.say(hasMoved ? [.received(bytes: before + bytes)] : [], of: order)
            if ContinuousClock.now - movedAt > settings.limits.stall { throw PushFault.late("the transfer") }
        }
    }

    private func finish(_ work: DeviceAnswer.Work) async throws {
        let answer = try await shell.ask(
            "finish", ["\(work.order.release)"] + Self.words(work.artifacts), within: settings.limits.verify,
            "the hashing of what was sent")
        if let place = answer.words(after: "damaged")?.first.flatMap({ Int($0) }), place < work.artifacts.count {
            throw PushFault.damaged(work.artifacts[place].name)
        }
        guard answer.has("whole") else { throw PushFault.unintelligible }
        try await tell(work, bytes: work.size)
    }
}

/// How many bytes of a file were handed over.
private final class Handed: Sendable {
    private let count: Mutex<Int64>

    init(_ count: Int64) { self.count = Mutex(count) }

    var bytes: Int64 { count.withLock { $0 } }
    func add(_ bytes: Int) { count.withLock { $0 += Int64(bytes) } }
}
