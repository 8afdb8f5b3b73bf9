import Glibc

/// TLS for the load client, by the system's own OpenSSL: it is there wherever nginx is, so that it is looked up when it
/// is needed, and the benchmark builds without any.
///
/// Both servers are asked for the same cipher, which each would not choose by itself. Certificates are not verified.
final class ClientTLS {
    /// One connection's TLS.
    typealias Session = OpaquePointer

    private typealias Make = @convention(c) (OpaquePointer?) -> OpaquePointer?
    private typealias Free = @convention(c) (OpaquePointer?) -> Void
    private typealias Step = @convention(c) (OpaquePointer?) -> Int32
    private typealias Number = @convention(c) (OpaquePointer?, Int32) -> Int32
    private typealias Text = @convention(c) (OpaquePointer?, UnsafePointer<CChar>) -> Int32
    private typealias Read = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32
    private typealias Write = @convention(c) (OpaquePointer?, UnsafeRawPointer?, Int32) -> Int32

    private static let library = "libssl.so.3", cipher = "TLS_AES_128_GCM_SHA256"
    /// `SSL_ERROR_WANT_READ`.
    private static let wantsMore: Int32 = 2

    private let context: OpaquePointer
    private let makeSession: Make, freeSession: Free, freeContext: Free
    private let setDescriptor: Number, failure: Number
    private let shakeHands: Step
    private let readBytes: Read, writeBytes: Write

    /// TLS 1.3 by the system's library.
    init() throws {
        guard let handle = dlopen(Self.library, RTLD_NOW) else {
            throw BenchmarkFailure("there is no \(Self.library) for polls over TLS; install libssl3")
        }
        func find<Function>(_ name: String, as type: Function.Type) throws -> Function {
            guard let symbol = dlsym(handle, name) else { throw BenchmarkFailure("\(Self.library) has no \(name)") }
            return unsafeBitCast(symbol, to: type)
        }
        makeSession = try find("SSL_new", as: Make.self)
        freeSession = try find("SSL_free", as: Free.self)
        freeContext = try find("SSL_CTX_free", as: Free.self)
        setDescriptor = try find("SSL_set_fd", as: Number.self)
        failure = try find("SSL_get_error", as: Number.self)
        shakeHands = try find("SSL_connect", as: Step.self)
        readBytes = try find("SSL_read", as: Read.self)
        writeBytes = try find("SSL_write", as: Write.self)
        let method = try find("TLS_client_method", as: (@convention(c) () -> OpaquePointer?).self)
        guard let context = try find("SSL_CTX_new", as: Make.self)(method()),
            try find("SSL_CTX_set_ciphersuites", as: Text.self)(context, Self.cipher) == 1
        else { throw BenchmarkFailure("\(Self.library) offers no TLS by \(Self.cipher)") }
        self.context = context
    }

    deinit { freeContext(context) }

    /// Shakes hands on a socket that is connected and blocks.
    func connect(_ descriptor: Int32) throws -> Session {
        guard let session = makeSession(context), setDescriptor(session, descriptor) == 1, shakeHands(session) == 1
        else { throw BenchmarkFailure("a server does not speak TLS by \(Self.cipher)") }
        return session
    }

    func end(_ session: Session) { freeSession(session) }

    /// As the system's `send`.
    func send(_ bytes: UnsafeRawBufferPointer, _ session: Session) -> Int {
        Int(writeBytes(session, bytes.baseAddress, Int32(bytes.count)))
    }

    /// As the system's `recv`, one record at most; what has come but is no answer counts as nothing having come.
    func receive(_ space: UnsafeMutableRawBufferPointer, _ session: Session) -> Int {
        let count = readBytes(session, space.baseAddress, Int32(space.count))
        if count <= 0, failure(session, count) == Self.wantsMore {
            errno = EAGAIN
            return -1
        }
        return Int(count)
    }
}
