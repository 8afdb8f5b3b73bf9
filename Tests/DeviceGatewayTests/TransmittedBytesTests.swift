import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import DeviceGateway

/// What the system says of bytes that were written to a connection.
@Suite struct TransmittedBytesTests {
    /// A reader's socket, without an event loop.
    private final class Reader: Sendable {
        let descriptor: Int32

        init(_ port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(connected == 0)
        }

        /// Takes so many bytes.
        func take(_ count: Int) -> Int {
            var buffer = [UInt8](repeating: 0, count: count)
            return recv(descriptor, &buffer, count, Int32(MSG_WAITALL))
        }

        /// Throws away what has come, and says so to the other side.
        func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            close(descriptor)
        }
    }

    /// The channel that a listener has taken.
    private final class Taker: ChannelInboundHandler {
        typealias InboundIn = any Channel

        private let taken: EventLoopPromise<any Channel>

        init(_ taken: EventLoopPromise<any Channel>) { self.taken = taken }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            taken.succeed(unwrapInboundIn(data))
            context.fireChannelRead(data)
        }
    }

    private func withConnection(_ body: (any Channel, Reader) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let taken = group.next().makePromise(of: (any Channel).self)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Taker(taken)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let reader = try Reader(try #require(listener.localAddress?.port))
        let channel = try await taken.futureResult.get()
        try await body(channel, reader)
        try? await channel.close()
        try await listener.close()
    }

    /// The bytes of a file that is nothing but zeros, in memory.
    private struct Zeros: FileBytes {
        var isUnchanged: Bool { true }
        func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) -> Int {
            piece.initializeMemory(as: UInt8.self, repeating: 0)
            return piece.count
        }
        func descriptor(ofCached range: Range<Int64>) -> Int32? { -1 }
    }

    /// A connection and a file would be kept for good by what has sent the one on the other.
    @Test func whatSendsAFileGoesWhenThatHasEnded() async throws {
        try await withConnection { channel, reader in
            let file = DeliverableFile(size: 10, sha1: "", md5: "", sha256: "", bytes: Zeros())
            let shares = BandwidthShares(bytesPerSecondPerDevice: nil), look = DeliveryLook(channel.eventLoop)
            let delivery = FileDelivery(
                file: file, channel: channel, meters: GatewayMeters(), sendsFromMemory: false, look: look
            ) { shares.open("a till", region: "north", bytesPerSecondPerRegion: nil, now: $0) }
            let isGone = try await channel.eventLoop.submit {
                weak var pump: FilePump?
                do {
                    // Nothing here takes pieces, so that it ends at once.
                    let made = FilePump(delivery, 0..<10, delivery.openShare(.now)) { _ in }
                    pump = made
                    look.watch(made)
                    _ = made.run()
                }
                return pump == nil
            }.get()
            #expect(isGone)
            await look()
            close(reader.descriptor)
        }
    }

    private func ask(_ channel: any Channel) async throws -> TransmittedBytes? {
        try await channel.eventLoop.submit { TransmittedBytes(on: channel) }.get()
    }

    /// To the byte: whether a file has arrived hangs on its last one.
    @Test func whatWasReadIsAcknowledgedToTheByte() async throws {
        try await withConnection { channel, reader in
            var sum: Int64 = 0
            for count in [1, 1000, 100_000] {
                try await channel.writeAndFlush(ByteBuffer(repeating: 7, count: count))
                #expect(reader.take(count) == count)
                sum += Int64(count)
                let expected = sum
                try await eventuallyHolds { try await ask(channel)?.acknowledged == expected }
                let bytes = try await ask(channel)
                #expect(bytes?.written == sum && bytes?.left == sum && bytes?.isReset == false)
                #expect(bytes?.isAllAcknowledged == true)
            }
            close(reader.descriptor)
        }
    }

    /// The event loop has heard nothing of it yet: the reset comes while it is at work.
    @Test func ofAConnectionThatWasResetTheSystemTellsWhatHadLeft() async throws {
        try await withConnection { channel, reader in
            let more = ByteBuffer(repeating: 7, count: 8 << 20)
            let (before, after) = try await channel.eventLoop.submit {
                channel.writeAndFlush(more, promise: nil)
                let before = TransmittedBytes(on: channel)
                reader.reset()
                return (before, TransmittedBytes(on: channel))
            }.get()
            let known = try #require(before), last = try #require(after)
            #expect(!known.isReset && last.isReset && !last.isAllAcknowledged)
            #expect(known.acknowledged <= known.left && known.left < known.written)
            #expect(last.written == known.written && last.left == known.left)
            #expect(last.acknowledged == known.acknowledged && last.acknowledged < last.written)
        }
    }
}
