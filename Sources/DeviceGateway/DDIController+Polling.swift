import FleetCore
import FleetEngine
import HTTPTypes
import Hummingbird
import NIOCore

extension DDIController {
    /// What there is to do. `Prefer: wait=N` (RFC 7240) holds the answer until there is something, at most N seconds.
    func poll(_ request: Request, _ context: Context) async throws -> Response {
        let claim = try claim(request, context), wait = Self.wait(request.headers)
        let connection = wait == nil ? nil : context.channel
        let (said, evidence) = polled(try device(claim), heldOn: connection)
        let outcome = await desk.poll(said, waiting: wait ?? .zero, on: context.channel.eventLoop)
        // Its token may have been taken back while it waited.
        if wait != nil { _ = try proven(claim) }
        var response = json(try pollReply(claim, outcome, evidence, heldOn: connection))
        if let wait, let applied = HTTPField.Name.preferenceApplied {
            response.headers[applied] = "wait=\(wait.components.seconds)"
        }
        return response
    }

    /// What the engine is told of a poll, and what speaks for two devices under its id; nil: nothing.
    func polled(_ caller: Caller, heldOn connection: (any Channel)? = nil) -> (said: DeviceCall, evidence: String?) {
        let evidence = clones.polled(caller.id, from: caller.address, heldOn: connection)
        return (said(caller, twins(evidence)), evidence)
    }

    /// What a device that has polled is answered.
    func pollReply(
        _ claim: Claim, _ outcome: EngineDesk.Outcome, _ evidence: String?, heldOn connection: (any Channel)? = nil
    ) throws(HTTPError) -> String {
        var interval = options.pollInterval
        defer { clones.answered(claim.id, from: claim.address, heldOn: connection, again: interval) }
        let todo = todo(claim.id, try expectKnown(outcome, claim.id, evidence))
        if !todo.isIdle { interval = min(interval, options.orderedPollInterval) }
        return DDIReplies.poll(
            base: base(claim), every: interval,
            deployment: todo.deployment.map { ($0.order.generation, Int($0.step.rawValue)) }, cancel: todo.cancel,
            asksForConfig: todo.asksForConfig)
    }

    /// What a device is pointed to.
    private struct Todo {
        var deployment: DeviceAnswer.Work?
        var cancel: UInt32?
        var asksForConfig = false
        var isIdle: Bool
    }

    private func todo(_ id: String, _ answer: DeviceAnswer) -> Todo {
        let work = work(answer, id)
        let cancel = cancelled(id, answer)
        var todo = Todo(deployment: nil, cancel: cancel, isIdle: work == nil && cancel == nil)
        // Linked only while they are wanted: a client that is asked does nothing else before it has sent them.
        let owesVersion = work?.step == .confirming || answer.isVersionUntold
        todo.asksForConfig = answer.described == nil || (owesVersion && answer.reportsFirmware)
        // One that has restarted has said all of the action; offered once more, it would install once more.
        if let work, cancel == nil, work.step != .confirming {
            book.offered(work, to: id)
            todo.deployment = work
        }
        return todo
    }

    /// What a device is to do. A release without files, or whose files are all empty, is nothing that could be fetched,
    /// and nothing that could succeed: its attempt ends.
    private func work(_ answer: DeviceAnswer, _ id: String) -> DeviceAnswer.Work? {
        guard let work = answer.work, work.size == 0, !work.isWithdrawn else { return answer.work }
        desk.tell(id, [.init(generation: work.order.generation, .gaveUp(Self.noFiles))])
        return nil
    }

    private static let noFiles = FailureCause(code: "the release has no files", isPermanent: true)

    /// The action that a device is to drop; nil: none.
    func cancelled(_ id: String, _ answer: DeviceAnswer) -> UInt32? {
        if let work = answer.work, work.isWithdrawn { return work.order.generation }
        return book.cancelled(id, underWay: answer.work?.order.generation)
    }

    /// What a device says of itself. A body that a text has broken is answered by 200 and changes nothing: swupdate, which
    /// writes such, sends its attributes again at every poll until they are answered by 200, and fetches no update before.
    /// What no client sends is refused.
    func describe(_ request: Request, _ context: Context) async throws -> Response {
        let caller = try device(request, context)
        let bytes = try await body(of: request, context)
        switch DeviceDescription.read(bytes.readableBytesView) {
        case .description(let description): try await take(description, of: caller)
        case .broken:
            guards.refusals.write(.warning, "attributes that cannot be read were dropped") {
                ["device": "\(caller.id)"]
            }
            try await call(caller)
        case .wrong:
            try await call(caller)
            throw HTTPError(.badRequest)
        }
        return Response(status: .ok)
    }

    private func take(_ description: DeviceDescription, of caller: Caller) async throws {
        let former = try await call(caller).described
        let tags = description.applied(to: former)
        // Before anything of it is taken in, so that it is whole when it is said again.
        if DeviceAttributes.taken(tags) != former { try guards.limiter.expectDescription(of: caller.id) }
        let reports = [DeviceCall.Body(.described(tags))] + (await word(description, of: caller.id))
        let evidence = clones.described(caller.id, as: DeviceDescription.identity(tags))
        let answer = try await call(caller, reports + twins(evidence), evidence)
        if case .version(let firmware) = description.told { forget(firmware, of: caller.id, answer) }
    }

    /// What a device says of the release that it runs.
    private func word(_ description: DeviceDescription, of id: String) async -> [DeviceCall.Body] {
        switch description.told {
        case .version(let firmware):
            await awaitArrival(id)
            return [.init(.claimed(firmware: firmware, sent: book.deliveries.sent(of: firmware, to: id)))]
        case .unreadable(let text): return [.init(.unreadable(firmware: text))]
        case nil: return []
        }
    }

    /// What to install, and where its files are.
    func deployment(_ request: Request, _ context: Context) async throws -> Response {
        let claim = try claim(request, context), caller = try device(claim)
        let answer = try await call(caller)
        guard let work = answer.work, work.order.generation == (try action(context)), !work.isWithdrawn,
            work.size > 0
        else {
            throw HTTPError(.notFound)
        }
        let files = try await files(of: work, for: caller.id)
        if book.given(work, to: caller.id) {
            guards.meters.orders.add(1, ordering: .relaxed)
            note("an order was given", caller.id, work)
        }
        return json(
            DDIReplies.deployment(
                base: base(claim), work.order, files: files, isTLS: security != nil))
    }

    /// The time that a request prefers to wait; nil: it does not.
    static func wait(_ headers: HTTPFields) -> Duration? {
        guard let prefer = HTTPField.Name.prefer else { return nil }
        for value in headers[values: prefer] {
            for preference in value.split(separator: ",") {
                let parts = preference.split(separator: "=").map { $0.filter { $0 != " " && $0 != "\"" }.lowercased() }
                guard parts.count == 2, parts[0] == "wait", let seconds = Int64(parts[1]), seconds > 0 else { continue }
                return .seconds(min(seconds, DeviceGateway.longestWait))
            }
        }
        return nil
    }
}

extension HTTPField.Name {
    /// RFC 7240; both are names that a field may have.
    static let prefer = HTTPField.Name("Prefer"), preferenceApplied = HTTPField.Name("Preference-Applied")
}

extension DeviceAnswer {
    /// Whether the device has ever said of itself which release it runs, readably or not, so that nothing else proves it.
    var reportsFirmware: Bool { DeviceDescription.told(in: described ?? []) != nil }
}
