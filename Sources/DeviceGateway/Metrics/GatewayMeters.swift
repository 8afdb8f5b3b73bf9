import HTTPTypes
import Synchronization

/// What a request asks for, as a label.
enum GatewayRoute: String {
    case poll, configData, deploymentBase, deploymentFeedback, cancelAction, cancelFeedback, artifact, health, metrics
    case repositoryMetadata, repositoryTarget
    /// What no route leads to.
    case none

    /// The route of a path as the router knows it; nil: it knows none. Asked for every request: it makes no parts of it.
    init(_ path: String?) {
        guard let path else {
            self = .none
            return
        }
        switch Self.parts(of: path) {
        case 1: self = path == "/metrics" ? .metrics : path == "/health" ? .health : .none
        case 4: self = path.contains("/tuf/") ? .repositoryMetadata : .poll
        case 5: self = .configData
        case 6 where path.contains("/tuf/"): self = .repositoryTarget
        case 6: self = path.contains("/deploymentBase/") ? .deploymentBase : .cancelAction
        case 7: self = path.contains("/deploymentBase/") ? .deploymentFeedback : .cancelFeedback
        case 8: self = .artifact
        default: self = .none
        }
    }

    /// By which methods a path may be asked for; nil: it leads nowhere.
    static func methods(of path: String) -> String? {
        let parts = path.split(separator: "/")
        if parts == ["health"] { return "GET, HEAD" }
        if parts == ["metrics"] { return "GET" }
        if parts.count >= 3, parts[1] == "tuf" {
            let isKnown = parts[2] == "metadata" ? parts.count == 4 : parts[2] == "targets" && parts.count == 6
            return isKnown ? "GET, HEAD" : nil
        }
        guard parts.count >= 4, parts[1] == "controller", parts[2] == "v1" else { return nil }
        let rest = parts.dropFirst(4)
        switch (rest.first, rest.count, rest.last) {
        case (nil, _, _): return "GET"
        case ("configData", 1, _): return "PUT"
        case ("deploymentBase", 2, _), ("cancelAction", 2, _): return "GET"
        case ("deploymentBase", 3, "feedback"), ("cancelAction", 3, "feedback"): return "POST"
        case ("softwaremodules", 4, _) where rest.dropFirst(2).first == "artifacts": return "GET, HEAD"
        default: return nil
        }
    }

    private static func parts(of path: String) -> Int {
        var count = 0, isBetween = true
        for byte in path.utf8 {
            let isSlash = byte == UInt8(ascii: "/")
            if isBetween, !isSlash { count += 1 }
            isBetween = isSlash
        }
        return count
    }
}

/// What the gateway counts of itself. Everything is bounded by what there is of routes, statuses and regions.
final class GatewayMeters: Sendable {
    private struct Answer: Hashable {
        var route: GatewayRoute
        var status: Int
    }

    private struct Counts {
        var answers: [Answer: Int] = [:]
        var refusals: [RequestGuards.Refusal: Int] = [:]
        var bytes: [String: Int64] = [:]
    }

    let connections = Atomic<Int>(0)
    let callsUnderWay = Atomic<Int>(0)
    let openDeliveries = Atomic<Int>(0)
    let orders = Atomic<Int>(0)
    private let counts = Mutex(Counts())

    func answered(_ route: GatewayRoute, _ status: HTTPResponse.Status) {
        counts.withLock { $0.answers[Answer(route: route, status: status.code), default: 0] += 1 }
    }

    func refused(_ why: RequestGuards.Refusal) { counts.withLock { $0.refusals[why, default: 0] += 1 } }

    func delivered(_ bytes: Int64, region: String) { counts.withLock { $0.bytes[region, default: 0] += bytes } }

    /// Everything, to be read by Prometheus.
    func families(heldPolls: Int) -> [MetricFamily] {
        let counts = counts.withLock { $0 }
        return gauges(heldPolls) + [
            MetricFamily(
                "muster_polls_total", .counter, "Polls that were answered; not those that were refused.",
                Double(counts.answers.filter { $0.key.route == .poll && $0.key.status == 200 }.values.reduce(0, +))),
            MetricFamily(
                "muster_orders_given_total", .counter, "Orders that a device was told what to fetch for.",
                Double(orders.load(ordering: .relaxed))),
            MetricFamily(
                "muster_requests_total", .counter, "Requests by route and status.",
                counts.answers.map { answer, count in
                    MetricFamily.Sample(
                        Double(count), [.init("route", answer.route.rawValue), .init("status", "\(answer.status)")])
                }.sorted()),
            MetricFamily(
                "muster_refusals_total", .counter, "What was refused, by why.",
                counts.refusals.map { MetricFamily.Sample(Double($1), [.init("why", $0.rawValue)]) }.sorted()),
            MetricFamily(
                "muster_delivered_bytes_total", .counter, "Bytes of artifacts that were sent, by region.",
                counts.bytes.map { MetricFamily.Sample(Double($1), [.init("region", $0)]) }.sorted()),
        ]
    }

    private func gauges(_ heldPolls: Int) -> [MetricFamily] {
        [
            MetricFamily(
                "muster_held_polls", .gauge, "Polls that are held until there is an order.", Double(heldPolls)),
            MetricFamily(
                "muster_connections", .gauge, "Connections that are open.", Double(connections.load(ordering: .relaxed))
            ),
            MetricFamily(
                "muster_open_deliveries", .gauge, "Artifacts that are being sent.",
                Double(openDeliveries.load(ordering: .relaxed))),
            MetricFamily(
                "muster_engine_calls", .gauge, "Calls of devices whose answer is waited for.",
                Double(callsUnderWay.load(ordering: .relaxed))),
        ]
    }
}

extension [MetricFamily.Sample] {
    /// In the order of their labels, so that two readings can be compared.
    fileprivate func sorted() -> Self {
        sorted { $0.labels.map(\.value).lexicographicallyPrecedes($1.labels.map(\.value)) }
    }
}
