import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// Takes commands from other processes of this machine, on a Unix socket in the engine's state folder.
///
/// One connection carries one request and one response. The engine holds its folder's lock, so a socket that is there
/// already belongs to a dead process and is replaced.
public final class EngineSocketServer: Sendable {
    /// Connections that are served at once; one more is told to try again. Consoles are none of them.
    public static let mostConnections = 40
    /// Connections of one user among them, and of root or the engine's owner: nobody keeps the others out.
    public static let mostOfOneUser = 4
    public static let mostOfAnOwner = 16
    /// The last of them are for root, the engine's owner and admins.
    public static let keptForAdmins = 8
    /// Those before them are for these and operators.
    public static let keptForOperators = 8
    /// Connections that may wait until they are taken.
    static let backlog: Int32 = 128
    /// How long a request may take to arrive, and an answer to be taken.
    public static let lineDeadline = Duration.seconds(5)
    /// How long the engine may take to answer.
    public static let answerDeadline = Duration.seconds(30)
    /// How long connections that have a request under way are waited for at the end.
    static let drainDeadline = Duration.seconds(5)

    /// Puts a command of a user into the engine's inbox; false: it is full. See `EngineHost.submit`.
    public typealias Entry =
        @Sendable (Command, Origin, LocalUser, @escaping @Sendable (EngineReply) -> Void) -> Bool

    /// Gives a console a seat at the engine; nil: all are taken. See `EngineHost.seat`.
    public typealias Seating = @Sendable (ConsoleUser, @escaping @Sendable () -> Void) -> EngineSeat?

    /// Asks the engine to end, in good order; it is told on whose word.
    public typealias Stopping = @Sendable (Origin) -> Void

    private let place: SocketPlace
    /// What is listened on, and which file it is, so that another one in its place is left alone.
    private struct Listener {
        /// -1: none any more.
        var descriptor: Int32
        var file: SocketPlace.File?
    }

    private let listener: Mutex<Listener>
    /// Who may do what: whether others than the owner may come, and who of them is an admin.
    private let access = Mutex(AccessSettings())
    /// Closing its second end ends everything that waits on its first.
    private let stopPipe: [Int32]
    private let entry: Entry
    private let seating: Seating
    private let stopping: Stopping
    private let look = Mutex<EngineLook?>(nil)
    private let places = Mutex(ConnectionPlaces())
    private let acceptorHasEnded = DispatchSemaphore(value: 0)
    /// What is answered to requests that are not read any more.
    private let lastWord = Mutex(EngineSocketServer.ended)

    private init(
        _ place: SocketPlace, listener: Int32, stopPipe: [Int32], entry: @escaping Entry, seating: @escaping Seating,
        stopping: @escaping Stopping
    ) {
        self.place = place
        self.listener = Mutex(Listener(descriptor: listener, file: place.file))
        self.stopPipe = stopPipe
        self.entry = entry
        self.seating = seating
        self.stopping = stopping
    }

    deinit { _ = close(stopPipe[0]) }

    /// Listens in a state folder, whose engine this process runs.
    /// - Parameters:
    ///   - entry: Where commands go.
    ///   - seating: Where consoles sit.
    ///   - stopping: What ends the engine; it must not wait for the end, since the socket ends before.
    public static func start(
        in directory: String, entry: @escaping Entry, seating: @escaping Seating, stopping: @escaping Stopping
    ) throws(EngineSocketError) -> EngineSocketServer {
        let place = SocketPlace(directory: directory)
        let listener = try listen(place)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            _ = close(listener)
            throw .ofSystem("a pipe cannot be made", remedy: "let the engine open more files (ulimit -n)")
        }
        for end in ends { SocketPlace.keepFromChildren(end) }
        let server = EngineSocketServer(
            place, listener: listener, stopPipe: ends, entry: entry, seating: seating, stopping: stopping)
        let thread = Thread { server.acceptAll() }
        thread.name = "engine socket"
        thread.start()
        return server
    }

    private static func listen(_ place: SocketPlace) throws(EngineSocketError) -> Int32 {
        try removeRemains(place)
        let listener = try SocketPlace.makeSocket()
        // The socket is its owner's alone from its first moment on, until it is said whom it admits: the file gets the
        // descriptor's mode.
        _ = fchmod(listener, 0o600)
        let bound = try place.withAddress { bind(listener, $0, $1) }
        guard bound.result == 0, Foundation.listen(listener, backlog) == 0 else {
            let code = bound.result == 0 ? errno : bound.code
            _ = close(listener)
            throw .ofSystem(
                "\(place.path) cannot be listened on", code: code, remedy: "keep the state on a local file system")
        }
        return listener
    }

    /// Whatever else lies there is not ours to remove.
    private static func removeRemains(_ place: SocketPlace) throws(EngineSocketError) {
        var status = stat()
        guard lstat(place.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw EngineSocketError("\(place.path) is no socket", remedy: "move it away: the engine listens there")
        }
        guard unlink(place.path) == 0 else {
            throw .ofSystem("\(place.path) cannot be replaced", remedy: "check who may write in \(place.directory)")
        }
    }

    /// Lets others than the owner come, or not, as far as files and folders decide it; who they are is asked of each.
    public func admit(_ access: AccessSettings) throws(EngineSocketError) {
        self.access.withLock { $0 = access }
        try place.admit(others: access.admitsOthers)
    }

    /// Shows the engine to those who look once, from now on.
    public func show(_ look: EngineLook) { self.look.withLock { $0 = look } }

    /// Takes no more connections, and waits for those with a request under way. Before the engine ends, since its lock
    /// says whose the socket is.
    /// - Parameter isHandedOver: Whether another process goes on as the engine: whoever comes meanwhile is not sent away, and
    ///   waits until `release`.
    public func stop(isHandedOver: Bool = false) {
        if isHandedOver { lastWord.withLock { $0 = Self.handedOver } }
        _ = close(stopPipe[1])
        acceptorHasEnded.wait()
        if !isHandedOver { release() }
        let deadline = ContinuousClock.now + Self.drainDeadline
        while places.withLock({ !$0.isEmpty }), ContinuousClock.now < deadline { usleep(1000) }
    }

    /// Tells those who wait where nobody listens any more that nothing of theirs was read, so that they go to the next
    /// engine; that has its own socket by now, or there is none. Once: later calls do nothing.
    public func release() {
        let last = listener.withLock { listener in
            defer { listener = Listener(descriptor: -1, file: nil) }
            return listener
        }
        guard last.descriptor >= 0 else { return }
        if last.file != nil, place.file == last.file { _ = unlink(place.path) }
        // From here on nobody is added to those who wait, and the last of them is followed by an error.
        _ = shutdown(last.descriptor, Int32(SHUT_RDWR))
        while true {
            let connection = Foundation.accept(last.descriptor, nil, nil)
            guard connection >= 0 else { break }
            answer(LineChannel(descriptor: connection), lastWord.withLock { $0 })
            _ = close(connection)
        }
        _ = close(last.descriptor)
    }
}

// MARK: - Connections

extension EngineSocketServer {
    /// The longest that an acceptor without descriptors waits before it tries again, in milliseconds.
    private static let pause: Int32 = 100

    private func acceptAll() {
        defer { acceptorHasEnded.signal() }
        while true {
            let descriptor = listener.withLock { $0.descriptor }
            switch waitForConnection(on: descriptor) {
            case .stopped: return
            case .nobody:
                listenAgainIfRemoved()
                continue
            case .somebody: break
            }
            let connection = Foundation.accept(descriptor, nil, nil)
            guard connection >= 0 else {
                if hasStopped(waiting: Self.pause) { return }
                continue
            }
            SocketPlace.keepFromChildren(connection)
            guard let user = LocalUser.number(ofPeer: connection), takePlace(user, connection) else {
                answer(LineChannel(descriptor: connection), Self.noRoom)
                _ = close(connection)
                continue
            }
            let thread = Thread { [self] in
                let console = serve(connection)
                places.withLock { $0.leave(user) }
                // A console stays: it has a seat, and takes no place of those who ask once.
                console?.run()
                _ = close(connection)
            }
            thread.name = "engine socket connection"
            thread.start()
        }
    }

    private enum Arrival {
        case somebody, nobody, stopped
    }

    /// How often it is looked whether the socket is still where it can be found, in milliseconds.
    private static let watchInterval: Int32 = 1000

    private func waitForConnection(on descriptor: Int32) -> Arrival {
        var watched = [stopPipe[0], descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&watched, nfds_t(watched.count), Self.watchInterval)
        if watched[0].revents != 0 { return .stopped }
        return watched[1].revents != 0 ? .somebody : .nobody
    }

    private func hasStopped(waiting milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: stopPipe[0], events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) > 0
    }

    /// A socket that somebody has removed is made anew: without it nobody could pause what runs. Something else in its
    /// place stays.
    private func listenAgainIfRemoved() {
        var status = stat()
        guard lstat(place.path, &status) != 0, errno == ENOENT, let descriptor = try? Self.listen(place) else { return }
        let former = listener.withLock { listener in
            defer { listener = Listener(descriptor: descriptor, file: place.file) }
            return listener.descriptor
        }
        _ = close(former)
        if access.withLock({ $0.admitsOthers }) { try? place.admit(others: true) }
    }

    private func takePlace(_ user: uid_t, _ connection: Int32) -> Bool {
        let isOwner = user == 0 || user == geteuid()
        return places.withLock { places in
            places.take(user, isOwner: isOwner) {
                // Names and groups may be asked of a directory on the network: not for each who comes.
                LocalUser.ofPeer(connection).flatMap { user in access.withLock { $0.role(of: user) } }
            }
        }
    }

    /// Answers a request; gives the console to serve, if it was one that asked.
    private func serve(_ connection: Int32) -> AttachedConsole? {
        let channel = LineChannel(descriptor: connection, stop: stopPipe[0])
        guard let user = LocalUser.ofPeer(connection) else { return nil }
        let line: Data
        do {
            line = try channel.readLine(atMost: EngineRequest.maximumLength, within: Self.lineDeadline)
        } catch {
            if error == .tooLong { answer(channel, Self.tooLong) }
            if error == .stopped { answer(channel, lastWord.withLock { $0 }) }
            return nil
        }
        if let request = try? JSONDecoder().decode(AttachRequest.self, from: line) {
            return attach(request, user, channel)
        }
        if let request = try? JSONDecoder().decode(LookRequest.self, from: line) {
            answer(channel, show(request, to: user))
        } else {
            answer(channel, respond(to: line, from: user))
        }
        return nil
    }

    private func attach(_ request: AttachRequest, _ account: LocalUser, _ channel: LineChannel) -> AttachedConsole? {
        guard request.version == AttachRequest.version else {
            answer(channel, Self.unreadable)
            return nil
        }
        let name: String
        do {
            name = try request.name(of: account.name)
        } catch {
            answer(channel, EngineResponse(.refused, error))
            return nil
        }
        let user = ConsoleUser(name: name, isReadOnly: request.attach.isReadOnly, account: account)
        var response = decide(.lookOn, Origin(operatorName: name, source: user.source), account)
        let wake = DispatchSemaphore(value: 0)
        guard response.outcome == .done, let seat = seating(user, { wake.signal() }) else {
            answer(channel, response.outcome == .done ? Self.full : response)
            return nil
        }
        response.user = name
        response.isReadOnly = user.isReadOnly
        answer(channel, response)
        let frames = FrameChannel(descriptor: channel.descriptor, stop: stopPipe[0])
        return AttachedConsole(seat, isReadOnly: user.isReadOnly, frames, wake: wake)
    }

    private func show(_ request: LookRequest, to user: LocalUser) -> LookResponse {
        guard request.version == LookRequest.version, let look = look.withLock({ $0 }) else {
            return LookResponse(Self.unreadable)
        }
        let admission = decide(.lookOn, Origin(operatorName: user.name, source: "command line"), user)
        return admission.outcome == .done ? look.answer(request) : LookResponse(admission)
    }

    private func respond(to line: Data, from user: LocalUser) -> EngineResponse {
        guard let request = try? JSONDecoder().decode(EngineRequest.self, from: line) else { return Self.unreadable }
        let command: Command, origin: Origin
        do {
            command = try request.makeCommand()
            origin = try request.makeOrigin(user.name, user: user.name)
        } catch {
            return EngineResponse(.refused, error)
        }
        let response = decide(command, origin, user)
        if command == .stopEngine, response.outcome == .done { stopping(origin) }
        return response
    }

    /// Has the engine decide, and waits for its answer.
    private func decide(_ command: Command, _ origin: Origin, _ user: LocalUser) -> EngineResponse {
        let answered = DispatchSemaphore(value: 0)
        let reply = Mutex<EngineReply?>(nil)
        let isTaken = entry(command, origin, user) { given in
            reply.withLock { $0 = given }
            answered.signal()
        }
        guard isTaken else { return Self.busy }
        let limit = DispatchTime.now() + .seconds(Int(Self.answerDeadline.components.seconds))
        guard answered.wait(timeout: limit) == .success, let reply = reply.withLock({ $0 }) else { return Self.slow }
        guard !reply.isUndecided else {
            var response = EngineResponse(.failed, reply.refusal)
            response.hasFailed = true
            return response
        }
        return EngineResponse(refusal: reply.refusal, note: reply.note)
    }

    private func answer(_ channel: LineChannel, _ response: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(response) else { return }
        channel.writeLine(line, within: Self.lineDeadline)
    }

    private static let noRoom: EngineResponse = {
        var response = EngineResponse(
            .failed,
            Refusal("the engine has no room for another connection, or for another of yours", remedy: "try again"))
        response.isFull = true
        return response
    }()
    private static let ended: EngineResponse = {
        var response = EngineResponse(.failed, Refusal("the engine has ended", remedy: "try again"))
        response.isFull = true
        return response
    }()
    private static let handedOver: EngineResponse = {
        var response = EngineResponse(
            .failed, Refusal("the engine goes on in another process", remedy: "try again"))
        response.isFull = true
        response.isHandedOver = true
        return response
    }()
    private static let busy = EngineResponse(
        .failed, Refusal("the engine takes no commands now", remedy: "try again"))
    private static let full = EngineResponse(
        .failed,
        Refusal(
            "all seats that your role may take are taken, or \(EngineHost.seatsOfOneUser) of yours",
            remedy: "close one"))
    private static let tooLong = EngineResponse(
        .failed, Refusal("the request is longer than \(EngineRequest.maximumLength) bytes", remedy: "say less at once"))
    private static let unreadable = EngineResponse(
        .failed, Refusal("the engine does not understand the request", remedy: "use the `muster` that runs the engine"))
    private static let slow = EngineResponse(
        .failed,
        Refusal(
            "the engine has not answered within \(answerDeadline.components.seconds) s",
            remedy: "`muster audit list` tells whether it has carried it out since"))
}
