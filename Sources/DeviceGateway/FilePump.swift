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
    /// Behind the last byte that is known to have arrived, and behind the last that may have left this machine.
    private var arrived: Int64, left: Int64
    /// The place in the file at which the connection began to count its bytes, as it was seen first and last: where TLS
    /// adds to them, it moves.
    private var origins: (first: Int64, last: Int64)?
    /// Bytes of the connection that had left when this began, and the end of the last piece that the system has taken.
    private var leftBefore: Int64 = 0, taken: Int64
    /// Whether the system was asked after nothing could leave any more.
    private var isLeftSure = false
    private var isHandingOver = false, isOver = false
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
        left = part.lowerBound
        taken = part.lowerBound
        done = delivery.channel.eventLoop.makePromise()
    }

    /// Asks the system how far it is, and tells.
    func look() {
        guard !isOver else { return }
        lookForArrival()
        tell(.moving)
    }

    /// The other side has ended the connection: what has not left by now does not any more.
    func connectionBroke() {
        lookForArrival()
        isLeftSure = true
    }

    /// Sends the part; over when all of it has been taken, or the connection has ended.
    func run() -> EventLoopFuture<Void> {
        if part.count > FileDelivery.pieceLength {
            try? channel.syncOptions?.setOption(
                ChannelOptions.socketOption(.so_sndbuf), value: .init(FileDelivery.socketBuffer))
        }
        leftBefore = TransmittedBytes(on: channel)?.left ?? 0
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
        // A connection that the other side has ended takes nothing, and then the system tells nothing any more.
        lookForArrival()
        sent += length
        tell(.handing)
        let taken = channel.eventLoop.makePromise(of: Void.self)
        let event = FilePiece(data: piece, pump: NIOLoopBound(self, eventLoop: channel.eventLoop))
        isHandingOver = true
        channel.pipeline.triggerUserOutboundEvent(event, promise: taken)
        taken.futureResult.assumeIsolated().whenComplete { result in
            if case .failure(let error) = result {
                // What had ended before this was handed over was looked at then.
                if self.isHandingOver, error is IOError { self.isLeftSure = true }
                return self.end(result)
            }
            self.wasTaken(length)
        }
        isHandingOver = false
    }

    private func wasTaken(_ length: Int64) {
        delivery.meters.delivered(length, region: share.region)
        taken = sent
        if let bytes = TransmittedBytes(on: channel) {
            // The system has all that was sent, and nothing else.
            let origin = sent - bytes.written
            origins = (origins?.first ?? origin, origin)
            take(bytes)
        }
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

    /// Looks how much of what was handed over has left, and how much of that has arrived.
    private func lookForArrival() {
        if let bytes = TransmittedBytes(on: channel) { take(bytes) } else { left = sent }
    }

    private func take(_ bytes: TransmittedBytes) {
        guard let origins else {
            // Where the first piece lies among the connection's bytes is not known before the system has taken it: what has
            // left since is that, and what went before it.
            return left = max(left, min(sent, part.lowerBound + bytes.left - leftBefore))
        }
        // What TLS adds to a piece that is on its way is not known either.
        arrived = max(arrived, min(taken, origins.last + bytes.acknowledged))
        left = max(left, min(sent, origins.first + bytes.left))
    }

    // MARK: - The end

    /// Waits until the reader's system has acknowledged all bytes: what lies in this one's memory when a connection is
    /// reset was never delivered.
    private func awaitArrival(
        _ before: Int64? = nil, wait: TimeAmount = FileDelivery.arrivalLook.lowerBound,
        stalledSince: NIODeadline = .now()
    ) {
        guard isOpen() else { return }
        // Where the system does not say, what it has taken is all that can be known.
        guard let bytes = TransmittedBytes(on: channel), !bytes.isAllAcknowledged else { return end(.success(())) }
        take(bytes)
        guard !bytes.isReset else {
            isLeftSure = true
            return end(.failure(ChannelError.ioOnClosedChannel))
        }
        report()
        let now = NIODeadline.now(), since = bytes.acknowledged == before ? stalledSince : now
        guard now - since < FileDelivery.arrivalTime else {
            channel.close(promise: nil)
            return end(.failure(ChannelError.ioOnClosedChannel))
        }
        loop.scheduleTask(in: wait) {
            self.awaitArrival(
                bytes.acknowledged, wait: min(wait * 2, FileDelivery.arrivalLook.upperBound), stalledSince: since)
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        isOver = true
        // It holds this, which holds it.
        delivery.look?.watch(nil)
        // The descriptor is the file's, which closes it.
        _ = try? handle?.takeDescriptorOwnership()
        switch result {
        case .success:
            arrived = part.upperBound
            left = part.upperBound
            tell(.finished)
        // Of what has left the reader may have got what it goes on behind. Where this side ends a connection, the system
        // goes on sending what it has; and not every end of the other side is seen while the system still tells of it.
        case .failure:
            if !isLeftSure { left = sent }
            tell(.cut)
        }
        done.completeWith(result)
    }

    private func tell(_ stage: FileDelivery.Stage) {
        onProgress(FileDelivery.Progress(stage: stage, range: part.lowerBound..<sent, arrived: arrived, left: left))
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
