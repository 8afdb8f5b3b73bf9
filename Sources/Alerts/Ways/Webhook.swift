import AsyncHTTPClient
import FleetCore
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// Posts alerts to an address, signed. Redirects are not followed: a signed post goes where its operator said.
final class Webhook: AlertRoute {
    /// How long an attempt may take, from the connection to the end of the answer.
    static let attemptTime = Duration.seconds(10)
    /// Bytes of an answer that are looked at.
    static let mostAnswerBytes = 4096
    /// Bytes of an answer that are told.
    static let mostToldBytes = 200

    let way = AlertWay.webhook
    private let settings: AlertWebhook
    private let attemptTime: Duration
    private let client: HTTPClient
    private let isCancelled = Mutex(false)
    private let now: @Sendable () -> Timestamp

    init(
        _ settings: AlertWebhook, attemptTime: Duration = Webhook.attemptTime, now: @escaping @Sendable () -> Timestamp
    ) {
        self.settings = settings
        self.attemptTime = attemptTime
        self.now = now
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .milliseconds(attemptTime.milliseconds / 2))
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { cancel() }

    func deliver(_ alert: Alert) -> Delivery {
        let request: HTTPClient.Request
        do throws(WebhookSecret.Failure) { request = try self.request(alert) } catch {
            return .failed(error.description)
        }
        let answer = WebhookAnswer(mostBytes: Self.mostAnswerBytes)
        do {
            // On the client's own threads and no task: nothing else that is slow in this process holds it up.
            let deadline = NIODeadline.now() + .milliseconds(attemptTime.milliseconds)
            try client.execute(request: request, delegate: answer, deadline: deadline).wait()
        } catch {
            // An answer that is long or slow is cut off: its status says enough.
            guard answer.head != nil else { return .failed(Self.text(of: error, within: attemptTime)) }
        }
        guard let head = answer.head else { return .failed("no answer") }
        return Self.delivery(head.status, head.headers, answer.body)
    }

    private func request(_ alert: Alert) throws(WebhookSecret.Failure) -> HTTPClient.Request {
        let body = AlertBody.json(alert), time = now().milliseconds / 1000
        let secret = try WebhookSecret.read(settings.secretFile)
        let headers: HTTPHeaders = [
            "Content-Type": "application/json", "User-Agent": "muster", "Muster-Alert-Id": alert.id,
            WebhookSignature.header: WebhookSignature.value(of: body, secret: secret, unixTime: time),
        ]
        do {
            return try HTTPClient.Request(
                url: settings.url, method: .POST, headers: headers, body: .byteBuffer(ByteBuffer(bytes: body)))
        } catch {
            throw WebhookSecret.Failure(description: "\(settings.url) is no address: \(error)")
        }
    }

    private static func text(of error: any Error, within time: Duration) -> String {
        switch error as? HTTPClientError {
        case .deadlineExceeded, .connectTimeout: "no answer within \(time.components.seconds) s"
        default: "it cannot be reached: \(AlertBody.bounded("\(error)"))"
        }
    }

    private static func delivery(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: String
    ) -> Delivery {
        let said = InertText.of(body, bytes: mostToldBytes)
        let text = "it answered \(status.code)" + (said.isEmpty ? "" : ": \(said)")
        switch status.code {
        case 200...299: return .delivered(text)
        case 300...399: return .refused("\(text); redirects are not followed: name the address itself")
        case 408, 429: return .failed(text, wish: wish(headers))
        case 400...499: return .refused(text)
        default: return .failed(text, wish: wish(headers))
        }
    }

    /// What `Retry-After` asks for, in seconds; its form with a date is passed over.
    static func wish(_ headers: HTTPHeaders) -> Duration? {
        guard let text = headers.first(name: "retry-after"), let seconds = Int64(text.prefix(10)), seconds >= 0 else {
            return nil
        }
        return .seconds(seconds)
    }

    func cancel() {
        let isFirst = isCancelled.withLock { isCancelled in
            defer { isCancelled = true }
            return !isCancelled
        }
        // What is under way fails by it.
        if isFirst { client.shutdown { _ in } }
    }
}
