import FleetCore
import FleetEngine
import HTTPTypes
import Hummingbird
import NIOPosix
import Synchronization

extension DDIController {
    /// A file of the device's order, or its MD5.
    func download(_ request: Request, _ context: Context) async throws -> Response {
        let claim = try claim(request, context), caller = try device(claim)
        guard let module = context.parameters.get("module").flatMap({ PathSegment.number($0) }),
            let name = context.parameters.get("file").flatMap({ PathSegment.name($0) })
        else { throw HTTPError(.notFound) }
        // A withdrawn order's files are delivered until the device has heard of it: a client whose download fails says
        // that the update has failed.
        let answer = try await call(caller)
        guard let work = answer.work, work.order.generation == module else { throw HTTPError(.notFound) }
        if let place = work.artifacts.firstIndex(where: { $0.name == name }) {
            return try await deliver(place, work, answer, claim, request, context)
        }
        guard name.hasSuffix(".MD5SUM"), let artifact = work.artifacts.first(where: { $0.name == name.dropLast(7) })
        else { throw HTTPError(.notFound) }
        return text("\(try await file(artifact, work).md5)  \(artifact.name)\n")
    }

    private func deliver(
        _ place: Int, _ work: DeviceAnswer.Work, _ answer: DeviceAnswer, _ claim: Claim, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        let id = claim.id, look = DeliveryLook(context.channel.eventLoop)
        let file = try await file(work.artifacts[place], work)
        // By where it begins a range says what the device has.
        if request.headers[.range] != nil { await book.deliveries.lookAtDeliveries(to: id) }
        let delivery = FileDelivery(
            file: file, channel: context.channel, meters: guards.meters, sendsFromMemory: security == nil,
            right: { lost in checkRight(claim, work, onLoss: lost) }, look: look
        ) { now in
            guards.shares.open(
                id, region: answer.region, bytesPerSecondPerRegion: answer.bytesPerSecondPerRegion, now: now)
        }
        let number = Mutex<UInt64?>(nil)
        var response = try delivery.response(to: request) { progress in
            if progress.stage == .begun {
                let begun = book.began(work, place, at: progress.range.lowerBound, to: id, look: look)
                number.withLock { $0 = begun }
            }
            guard let number = number.withLock({ $0 }) else { return }
            take(progress, number, of: work.artifacts[place], id, work)
        }
        // A client that kept more of an earlier attempt than is known here fetches that again, or it would not count.
        if request.method == .head, let sent = HTTPField.Name.sent {
            response.headers[sent] = "\(book.handed(work, place, to: id))"
        }
        return response
    }

    /// A long download must not outlive what allowed it: the token that was shown may be taken back meanwhile, and the
    /// device be taken out of service or held. Nothing is said to the engine of a device that only takes bytes.
    private func checkRight(
        _ claim: Claim, _ work: DeviceAnswer.Work, onLoss: @escaping @Sendable () -> Void
    ) {
        guard isProven(claim) else {
            note("a download was ended: its token counts no more", claim.id, work)
            return onLoss()
        }
        desk.call(DeviceCall(device: claim.id, reports: [])) { outcome in
            // An engine that is busy has decided nothing.
            guard case .success(let answer) = outcome, answer.standing != .active else { return }
            note("a download was ended: its device is not in service any more", claim.id, work)
            onLoss()
        }
    }

    /// What was sent counts from before it is, so that what is known is never less than what a device has.
    private func take(
        _ progress: FileDelivery.Progress, _ delivery: UInt64, of artifact: Artifact, _ id: String,
        _ work: DeviceAnswer.Work
    ) {
        switch progress.stage {
        case .begun: return noteDelivery(progress, of: artifact, id, work)
        case .handing:
            return book.deliveries.hands(delivery, upTo: progress.range.upperBound, arrived: progress.arrived)
        case .taken:
            return book.deliveries.taken(delivery, upTo: progress.range.upperBound, arrived: progress.arrived)
        case .moving: book.deliveries.looked(at: delivery, arrived: progress.arrived, left: progress.left)
        case .finished, .cut:
            noteDelivery(progress, of: artifact, id, work)
            book.deliveries.ended(delivery, arrived: progress.arrived, left: progress.left)
        }
        let bytes = book.deliveries.progress(of: work.order.release, to: id)
        var reports: [Report.Body] = [.received(bytes: bytes.handed)]
        if progress.stage != .moving, bytes.arrived >= work.size { reports.append(.reached(.installing)) }
        desk.tell(id, reports.map { .init(generation: work.order.generation, $0) })
    }

    /// Waits until it is known what a device has of what is being delivered to it: the acknowledgement of the last bytes
    /// may come on one connection a moment after the device's word on another.
    func awaitArrival(_ device: String) async {
        for _ in 0..<Self.mostArrivalLooks where book.deliveries.isDelivering(device) {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Looks at what arrives before a device's word is taken as it stands: one second in all.
    private static let mostArrivalLooks = 100

    /// The files of an order, proven. A device that was sent all of them is not kept from its order by one that cannot be
    /// delivered any more: it needs the order to confirm what it has installed.
    func files(
        of work: DeviceAnswer.Work, for device: String
    ) async throws -> [(artifact: Artifact, hashes: OtherHashes?)] {
        let hasAll = work.step >= .installing || isDelivered(work, to: device)
        var files: [(artifact: Artifact, hashes: OtherHashes?)] = []
        for artifact in work.artifacts {
            do {
                let file = try await file(artifact, work)
                hashes.note(OtherHashes(sha1: file.sha1, md5: file.md5), of: artifact.sha256)
            } catch  where !hasAll { throw error } catch {}
            files.append((artifact, hashes.of(artifact.sha256)))
        }
        return files
    }

    /// A file may have to be hashed before it is delivered, which the threads of requests do not wait for.
    private func file(_ artifact: Artifact, _ work: DeviceAnswer.Work) async throws -> DeliverableFile {
        let release = work.order.release
        if let held = artifacts.heldFile(artifact, of: release) { return held }
        let found = try await NIOThreadPool.singleton.runIfActive { artifacts.file(artifact, of: release) }
        guard let found else { throw FileUnavailable() }
        return found
    }
}

extension HTTPField.Name {
    /// Bytes of the file, from its beginning, that the device may have, in whichever attempt at the release.
    static let sent = HTTPField.Name("Muster-Sent")
}

/// A file of a release cannot be had: 503, until an operator has mended that.
struct FileUnavailable: HTTPResponseError, NamedRefusal {
    let why = RequestGuards.Refusal.undeliverable
    var status: HTTPResponse.Status { .serviceUnavailable }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        Response(status: status, headers: [.retryAfter: "60"])
    }
}
