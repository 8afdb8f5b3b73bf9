import NIOCore
import NIOPosix

/// Sends a part of a file piece by piece, each when the connection has taken the one before. Confined to the
/// connection's event loop, so that no piece waits for another thread.
///
/// Bytes that the system holds in memory are sent from there (sendfile), or read at once where TLS has to see them; others
/// are read before by a thread that may wait for a disk.
///
/// Before each piece, and after each that was copied, the file is looked at: bytes that are not those that were hashed
/// never complete a delivery.
final class FilePump {
    private let delivery: FileDelivery
    private let part: Range<Int64>
    private let share: BandwidthShare
    private let onProgress: FileDelivery.OnProgress
    private let done: EventLoopPromise<Void>
    /// Behind the last piece that any bytes of have left.
    private var sent: Int64
    /// Behind the last byte that is known to have arrived.
    private var arrived: Int64
    private var reportedAt = ContinuousClock.now
    /// The file as pieces of it are sent from memory; made with the first.
    private var handle: NIOFileHandle?

    private var channel: any Channel { delivery.channel }
    private var loop: NIOIsolatedEventLoop { channel.eventLoop.assumeIsolated() }

    init(
        _ delivery: FileDelivery, _ part: Range<Int64>, _ share: BandwidthShare,
        _ onProgress: @escaping FileDelivery.OnProgress
    ) {
        self.delivery = delivery
        self.part = part
        self.share = share
        self.onProgress = onProgress
        sent = part.lowerBound
        arrived = part.lowerBound
        done = delivery.channel.eventLoop.makePromise()
    }

    /// Sends the part; over when all of it has been taken, or the connection has ended.
    func run() -> EventLoopFuture<Void> {
        if part.count > FileDelivery.pieceLength {
            try? channel.syncOptions?.setOption(
                ChannelOptions.socketOption(.so_sndbuf), value: .init(FileDelivery.socketBuffer))
        }
        sendNext()
        return done.futureResult
    }

    private func sendNext() {
        guard sent < part.upperBound else { return awaitArrival() }
        let (length, wait) = share.next(atMost: part.upperBound - sent, now: .now)
        guard wait > .zero else { return send(length) }
        tell(.taken)
        loop.scheduleTask(in: TimeAmount(wait)) {
            self.lookForArrival()
            self.send(length)
        }
    }

    private func send(_ length: Int64) {
        let range = sent..<sent + length
        guard isOpen(), isUnchanged() else { return }
        guard let descriptor = delivery.file.bytes.descriptor(ofCached: range) else {
            return read(range).assumeIsolated().whenComplete { self.write($0) }
        }
        let isTail = range.upperBound > part.upperBound - FileDelivery.copiedTail
        guard delivery.sendsFromMemory, !isTail else { return write(Result { try delivery.file.bytes.piece(range) }) }
        write(.fileRegion(region(descriptor, range)))
    }

    private func write(_ piece: Result<ByteBuffer, any Error>) {
        // What was copied before somebody wrote to the file was in it when it was hashed.
        guard isOpen(), isUnchanged() else { return }
        switch piece {
        case .success(let piece): write(.byteBuffer(piece))
        case .failure(let error): end(.failure(error))
        }
    }

    /// Whether the file is still what was hashed. If not, the connection ends before the reader has all of it, so that it
    /// takes nothing wrong for whole.
    private func isUnchanged() -> Bool {
        if delivery.file.bytes.isUnchanged { return true }
        end(.failure(FileChanged()))
        return false
    }

    /// Whether a piece could leave. While one waited for its time or was read, the connection may have been cut, and what
    /// is not even handed to the system no reader has.
    private func isOpen() -> Bool {
        if channel.isActive { return true }
        end(.failure(ChannelError.ioOnClosedChannel))
        return false
    }

    private func write(_ piece: IOData) {
        let length = Int64(piece.readableBytes)
        sent += length
        tell(.handing)
        let taken = channel.eventLoop.makePromise(of: Void.self)
        channel.pipeline.triggerUserOutboundEvent(FilePiece(data: piece), promise: taken)
        taken.futureResult.assumeIsolated().whenComplete { result in
            guard case .success = result else { return self.end(result) }
            self.wasTaken(length)
        }
    }

    private func wasTaken(_ length: Int64) {
        delivery.meters.delivered(length, region: share.region)
        lookForArrival()
        // Behind the last none is handed over, which would say so of the one before.
        if sent == part.upperBound { tell(.taken) }
        report()
        // Not at once: the other connections of this loop have their turn between two pieces.
        loop.execute { self.sendNext() }
    }

    /// Says how far it has come, once a second at most.
    private func report() {
        guard ContinuousClock.now - reportedAt >= FileDelivery.progressInterval else { return }
        reportedAt = .now
        tell(.moving)
    }

    /// Looks how much of what the system has taken has arrived. Nothing may be on its way to the system, which this
    /// would take for arrived.
    private func lookForArrival() {
        if let left = UnacknowledgedBytes(on: channel) { arrived = max(arrived, sent - left.most) }
    }

    // MARK: - The end

    /// Waits until the reader's system has acknowledged all bytes: what lies in this one's memory when a connection is
    /// reset was never delivered.
    private func awaitArrival(
        _ before: UnacknowledgedBytes? = nil, wait: TimeAmount = FileDelivery.arrivalLook.lowerBound,
        stalledSince: NIODeadline = .now()
    ) {
        guard isOpen() else { return }
        // Where the system does not say, what it has taken is all that can be known.
        guard let left = UnacknowledgedBytes(on: channel), !left.isNone else { return end(.success(())) }
        arrived = max(arrived, sent - left.most)
        report()
        let now = NIODeadline.now(), since = left == before ? stalledSince : now
        guard now - since < FileDelivery.arrivalTime else {
            channel.close(promise: nil)
            return end(.failure(ChannelError.ioOnClosedChannel))
        }
        loop.scheduleTask(in: wait) {
            self.awaitArrival(left, wait: min(wait * 2, FileDelivery.arrivalLook.upperBound), stalledSince: since)
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        // The descriptor is the file's, which closes it.
        _ = try? handle?.takeDescriptorOwnership()
        switch result {
        case .success:
            arrived = part.upperBound
            tell(.finished)
        // Of what was handed over the reader may have got what it goes on behind.
        case .failure: tell(.cut)
        }
        done.completeWith(result)
    }

    private func tell(_ stage: FileDelivery.Stage) {
        onProgress(FileDelivery.Progress(stage: stage, range: part.lowerBound..<sent, arrived: arrived))
    }

    // MARK: - The bytes

    private func region(_ descriptor: Int32, _ range: Range<Int64>) -> FileRegion {
        let handle = handle ?? NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        self.handle = handle
        return FileRegion(fileHandle: handle, readerIndex: Int(range.lowerBound), endIndex: Int(range.upperBound))
    }

    /// Reads on a thread that may wait for a disk.
    private func read(_ range: Range<Int64>) -> EventLoopFuture<ByteBuffer> {
        let bytes = delivery.file.bytes
        return NIOThreadPool.singleton.runIfActive(eventLoop: channel.eventLoop) { try bytes.piece(range) }
    }
}

extension FileBytes {
    /// Reads a piece, or as much of it as there is.
    fileprivate func piece(_ range: Range<Int64>) throws -> ByteBuffer {
        var piece = ByteBuffer()
        try piece.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { space in
            try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: space[..<range.count]))
        }
        guard piece.readableBytes > 0 else { throw FileChanged() }
        return piece
    }
}

/// Somebody has written to a file while it was delivered.
private struct FileChanged: Error {}
