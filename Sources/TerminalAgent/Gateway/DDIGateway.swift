import AsyncHTTPClient
import FleetFiles
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A gateway that speaks hawkBit's DDI, by one thread and connections that are kept open.
public final class DDIGateway: GatewayLink, Sendable {
    /// How long an answer may take, beside the time that a poll asks to be held.
    static let longestAnswer = Duration.seconds(30)
    /// Metadata of which nothing comes for so long is given up until the next try. How long all of it may take is for
    /// whoever asks for it.
    public static let longestSilence = Duration.seconds(10)
    /// How long a connection may take.
    static let longestConnect = TimeAmount.seconds(10)
    /// A file of which nothing comes for so long is given up until the next try.
    static let longestStandstill = Duration.seconds(60)
    /// How long one try of a file may take in all: a mirror must not hold the terminal for ever.
    static let longestFetch = Duration.seconds(12 * 3600)
    /// How often the agent looks up while it fetches.
    static let look = Duration.milliseconds(200)

    private let base: String
    private let origin: Origin
    private let authorization: String
    private let group: MultiThreadedEventLoopGroup
    private let longestSilence: Duration
    private let client: HTTPClient
    /// For what no gateway holds back on purpose: one that gives up silence.
    private let documents: HTTPClient
    private let bell: EndBell

    /// The way to a gateway.
    /// - Parameters:
    ///   - token: The device's token.
    ///   - bell: What ends the agent ends what it waits for.
    ///   - longestSilence: How long nothing may come of metadata.
    public init(
        _ gateway: AgentSettings.Gateway, device: String, token: String, bell: EndBell,
        longestSilence: Duration = DDIGateway.longestSilence
    ) throws {
        guard let origin = Origin(gateway.url) else { throw LinkFailure.misunderstood("address") }
        self.origin = origin
        base = "\(gateway.url)/\(Self.encoded(gateway.tenant))/controller/v1/\(Self.encoded(device))"
        authorization = "TargetToken \(token)"
        self.bell = bell
        self.longestSilence = longestSilence
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = Self.longestConnect
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2
        if let file = gateway.caFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            configuration.tlsConfiguration = tls
        }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        configuration.timeout.read = .init(longestSilence)
        documents = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    deinit {
        try? client.syncShutdown()
        try? documents.syncShutdown()
        try? group.syncShutdownGracefully()
    }

    private static func encoded(_ name: String) -> String {
        name.addingPercentEncoding(withAllowedCharacters: unreserved) ?? name
    }

    private static let unreserved = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")

    // MARK: - What is asked

    public func poll(holding time: Duration, within longest: Duration) throws(LinkFailure) -> PollAnswer {
        let seconds = time.components.seconds
        let fields = seconds > 0 ? [("Prefer", "wait=\(seconds)")] : []
        let (head, body) = try ask(.GET, base, fields, within: longest + .seconds(seconds))
        guard let read = PollReading.answer(body) else { throw .misunderstood("poll") }
        var answer = read.answer
        answer.wasHeld = seconds > 0 && head.headers.contains(name: "Preference-Applied")
        if let cancel = read.cancel {
            guard let action = PollReading.stopped(try ask(.GET, cancel.url).body) else {
                throw .misunderstood("cancel")
            }
            answer.cancel = action
        }
        return answer
    }

    public func offer(_ url: String) throws(LinkFailure) -> OfferedRelease {
        let body = try ask(.GET, url).body
        do throws(OfferReading.Problem) { return try OfferReading.release(body) } catch {
            throw .misunderstood("release: \(error)")
        }
    }

    public func say(_ feedback: Feedback, of action: UInt32) throws(LinkFailure) {
        _ = try ask(.POST, "\(base)/deploymentBase/\(action)/feedback", body: FeedbackBody.json(feedback, action))
    }

    public func answerCancel(_ feedback: Feedback, of action: UInt32) throws(LinkFailure) {
        _ = try ask(.POST, "\(base)/cancelAction/\(action)/feedback", body: FeedbackBody.json(feedback, action))
    }

    public func describe(_ attributes: [(name: String, value: String)]) throws(LinkFailure) {
        _ = try ask(.PUT, "\(base)/configData", body: FeedbackBody.json(attributes))
    }

    public func standing(of file: OfferedRelease.File) throws(LinkFailure) -> FileStanding {
        let headers = try ask(.HEAD, file.url).head.headers
        return FileStanding(
            tag: headers.first(name: "ETag") ?? "", sent: headers.first(name: "Muster-Sent").flatMap { Int64($0) })
    }

    /// A file that is no answer of DDI. Given up when its task is cancelled.
    /// - Returns: Its bytes; nil: there is none.
    func document(_ url: String, atMost most: Int) async throws -> [UInt8]? {
        let answer = HTTPAnswer(atMost: most)
        let task = documents.execute(request: try request(.GET, url, []), delegate: answer)
        do {
            try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.fail(reason: HTTPClientError.cancelled)
            }
        } catch let error as HTTPClientError where error == .readTimeout {
            throw LinkFailure.unreachable("nothing came for \(longestSilence.components.seconds) s")
        } catch { throw Self.failure(error) }
        guard let head = answer.head else { throw LinkFailure.unreachable("no answer") }
        switch head.status.code {
        case 200: return Array(answer.body.readableBytesView)
        // Servers of plain files say 403 for what is not there where they do not list their folders.
        case 403, 404: return nil
        default: throw Self.refusal(head)
        }
    }

    // MARK: - Requests

    private func ask(
        _ method: HTTPMethod, _ url: String, _ fields: [(String, String)] = [], body: Data? = nil,
        within time: Duration = longestAnswer
    ) throws(LinkFailure) -> (head: HTTPResponseHead, body: Data) {
        let answer = HTTPAnswer(atMost: HTTPAnswer.mostBytes)
        let task = client.execute(
            request: try request(method, url, fields, body: body), delegate: answer, deadline: .now() + .init(time))
        try wait(for: task)
        guard let head = answer.head else { throw .unreachable("no answer") }
        guard head.status == .ok else { throw Self.refusal(head) }
        return (head, Data(answer.body.readableBytesView))
    }

    private func request(
        _ method: HTTPMethod, _ url: String, _ fields: [(String, String)], body: Data? = nil
    ) throws(LinkFailure) -> HTTPClient.Request {
        guard let target = Origin(url), target.isNoWorse(than: origin) else {
            throw .misunderstood("address: \(url.prefix(200))")
        }
        do {
            var request = try HTTPClient.Request(url: url, method: method)
            request.headers.add(name: "User-Agent", value: "muster-agent")
            // Nobody else is told the token: files may lie with others.
            if target == origin { request.headers.add(name: "Authorization", value: authorization) }
            request.headers.add(contentsOf: fields)
            if let body {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .data(body)
            }
            return request
        } catch { throw .misunderstood("address: \(url.prefix(200))") }
    }

    public func fetch(
        _ file: OfferedRelease.File, from start: Int64, tag: String, into sink: any FetchSink, isStopped: () -> Bool
    ) throws(LinkFailure) -> FetchEnd {
        var fields: [(String, String)] = []
        if start > 0 {
            fields.append(("Range", "bytes=\(start)-"))
            if !tag.isEmpty { fields.append(("If-Range", tag)) }
        }
        let answer = FetchAnswer(from: start, into: sink)
        let task = client.execute(
            request: try request(.GET, file.url, fields), delegate: answer, deadline: .now() + .init(Self.longestFetch))
        var seen: Int64 = -1, since = ContinuousClock.now, hasStoodStill = false
        let isFinished = try wait(for: task, looking: Self.look) {
            let taken = answer.taken.load(ordering: .relaxed)
            if taken != seen { (seen, since) = (taken, .now) }
            hasStoodStill = ContinuousClock.now - since > Self.longestStandstill
            return hasStoodStill || isStopped()
        }
        if hasStoodStill { throw .unreachable("nothing came for \(Self.longestStandstill.components.seconds) s") }
        return isFinished ? .finished : .stopped
    }

    /// Waits for the end of a request.
    /// - Parameters:
    ///   - look: How often it is asked whether to stop; nil: never, so that nothing wakes the terminal while it waits.
    ///   - isStopped: True: the request is given up.
    /// - Returns: Whether it came to its end.
    @discardableResult
    private func wait(
        for task: HTTPClient.Task<Void>, looking look: Duration? = nil, isStopped: () -> Bool = { false }
    ) throws(LinkFailure) -> Bool {
        let outcome = Outcome<Void>()
        task.futureResult.whenComplete { [bell] result in
            outcome.set(result)
            bell.ring()
        }
        while true {
            if let result = outcome.value {
                do { try result.get() } catch { throw Self.failure(error) }
                return true
            }
            if bell.isEnding {
                task.fail(reason: HTTPClientError.cancelled)
                throw .ending
            }
            if isStopped() {
                task.fail(reason: HTTPClientError.cancelled)
                // The sink is nobody's before the connection has let go of it.
                while outcome.value == nil { bell.wait(atMost: Self.look) }
                return false
            }
            bell.wait(atMost: look ?? Self.longestFetch)
        }
    }

    private static func refusal(_ head: HTTPResponseHead) -> LinkFailure {
        let wish = head.headers.first(name: "Retry-After").flatMap { Int64($0.prefix(10)) }
        return .refused(Int(head.status.code), retryAfter: wish.flatMap { $0 >= 0 ? .seconds($0) : nil })
    }

    /// Characters of another's error that are told.
    private static let mostErrorCharacters = 300

    /// What is said when the other end, or what lies between, is gone in the middle of an answer.
    static let broken = "the line broke before the answer had come to its end"

    private static func isBroken(_ error: any Error) -> Bool {
        if let error = error as? IOError { return [ECONNRESET, EPIPE].contains(error.errnoCode) }
        return error as? HTTPParserError == .invalidEOFState || error as? HTTPClientError == .remoteConnectionClosed
    }

    static func failure(_ error: any Error) -> LinkFailure {
        switch error {
        case FetchAnswer.Failure.status(let head): refusal(head)
        case FetchAnswer.Failure.wrongRange: .misunderstood("range that was asked for")
        case is HTTPAnswer.TooLong: .misunderstood("answer: it is too long")
        case _ where isBroken(error): .unreachable(broken)
        case is HTTPParserError: .unreachable("what answers there speaks no HTTP (\(error))")
        default:
            if let error = error as? HTTPClientError, [.deadlineExceeded, .connectTimeout].contains(error) {
                .unreachable("no answer in time")
            } else {
                .unreachable(String("\(error)".prefix(mostErrorCharacters)))
            }
        }
    }
}
