import FleetCore
import FleetEngine
import Hummingbird

extension DDIController {
    /// What a device says of an action. Feedback of one that is over is taken and changes nothing: swupdate repeats what
    /// is not answered by 200, and an action that was called off still gets a `proceeding`. Of one that was never the
    /// device's no client says anything.
    func feedback(_ request: Request, _ context: Context) async throws -> Response {
        let caller = try device(request, context)
        let action = try action(context)
        try guards.limiter.expectFeedback(of: caller.id)
        let bytes = try await body(of: request, context)
        guard let feedback = Feedback(reading: bytes.readableBytesView) else { throw HTTPError(.badRequest) }
        if feedback.isLast { await awaitArrival(caller.id) }
        // That it works holds whatever it is answered: what comes of an order that is not under way is nothing.
        //
        // A client says `proceeding` from its start to its restart. That it installs is known by the delivery of the last
        // byte: from then on nothing can be called off. Nor is one that says `downloaded` taken at its word.
        let said = feedback.isWorking ? [DeviceCall.Body(generation: action, .reached(.downloading))] : []
        let answer = try await call(caller, said, asking: action)
        try expectOwn(action, caller, answer)
        if let complaint = ClientFailure.complaint(in: feedback.details) {
            book.complained(complaint, of: action, by: caller.id)
        }
        if !feedback.isWorking, let work = answer.work, work.order.generation == action {
            let reports = reports(feedback, caller.id, work, answer)
            let after = try await call(caller, reports.map { .init(generation: action, $0) })
            if reports.contains(.restarted) { forget(work.order.release, of: caller.id, after) }
            if feedback.isLast { note("an action has ended", caller.id, work, feedback.metadata) }
        }
        if feedback.isLast { book.closed(action, by: caller.id) }
        return Response(status: .ok)
    }

    /// Refuses an action that neither is nor was the device's own.
    private func expectOwn(_ action: UInt32, _ caller: Caller, _ answer: DeviceAnswer) throws {
        guard answer.isActionOwn, !book.isAnothers(action, than: caller.id) else { throw HTTPError(.notFound) }
    }

    private func reports(
        _ feedback: Feedback, _ id: String, _ work: DeviceAnswer.Work, _ answer: DeviceAnswer
    ) -> [Report.Body] {
        switch (feedback.execution, feedback.finished) {
        case (.closed, .success), (.closed, .none): return success(id, work, answer)
        case (.closed, .failure): return [.gaveUp(cause(feedback, id, work))]
        case (.rejected, _): return [.gaveUp(FailureCause(code: "refused", isPermanent: true))]
        case (.canceled, _): return dropped(work)
        // A client has the order, and goes on with it later: it is in use, and its last detail says by what.
        case (.scheduled, _): return [.deferred(why: feedback.details.last ?? "")]
        case (.downloaded, _):
            claimDownloaded(id, work)
            return [.reached(.downloading)]
        case (.download, _), (.proceeding, _), (.resumed, _): return []
        }
    }

    /// A client that was restarted says so of whatever action it is offered then: of one whose files it was never sent
    /// that proves nothing.
    private func success(_ id: String, _ work: DeviceAnswer.Work, _ answer: DeviceAnswer) -> [Report.Body] {
        guard work.step >= .installing || isDelivered(work, to: id) else {
            book.offered(work, to: id)
            book.deliveries.claimedUnfetched(id)
            return [.gaveUp(FailureCause(code: "success without the files", isPermanent: false))]
        }
        // A client that reports no version confirms by this report, which it sends after the restart.
        return [.reached(.installing), .restarted]
            + (answer.reportsFirmware ? [] : [.contacted(firmware: work.order.release)])
    }

    /// A device says that it has all files: one that was not sent them is none that never claimed to have them.
    private func claimDownloaded(_ id: String, _ work: DeviceAnswer.Work) {
        guard work.step < .installing, !isDelivered(work, to: id) else { return }
        book.offered(work, to: id)
        book.deliveries.claimedUnfetched(id)
    }

    /// Whether a device was sent all in this attempt, though the engine has not heard of it: the process was killed in
    /// between. What it was sent in an earlier one it may have installed, and gone back from.
    func isDelivered(_ work: DeviceAnswer.Work, to id: String) -> Bool {
        book.deliveries.hasEverything(of: work.order.release, for: work.order.generation, id)
    }

    /// Once a device's order has ended for good by its own word, what it was sent is of no use.
    func forget(_ release: Version, of id: String, _ answer: DeviceAnswer) {
        if answer.standing == .active, answer.work?.order.release != release {
            book.deliveries.forget(release, of: id)
        }
    }

    private func cause(_ feedback: Feedback, _ id: String, _ work: DeviceAnswer.Work) -> FailureCause {
        let complaint = book.complaint(of: work.order.generation, by: id)
        return ClientFailure.cause(
            (complaint.map { [$0] } ?? []) + feedback.details, isDelivered: work.step >= .installing)
    }

    private func dropped(_ work: DeviceAnswer.Work) -> [Report.Body] {
        work.isWithdrawn ? [.dropped] : [.gaveUp(FailureCause(code: "cancelled by the device", isPermanent: false))]
    }

    /// Which action to drop.
    func cancel(_ request: Request, _ context: Context) async throws -> Response {
        let caller = try device(request, context)
        let answer = try await call(caller)
        guard let cancelled = cancelled(caller.id, answer), cancelled == (try action(context)) else {
            throw HTTPError(.notFound)
        }
        return json(DDIReplies.cancel(cancelled))
    }

    /// What a device says to a cancel: that it has dropped the action, or that it goes on with it.
    func cancelFeedback(_ request: Request, _ context: Context) async throws -> Response {
        let caller = try device(request, context)
        let action = try action(context)
        try guards.limiter.expectFeedback(of: caller.id)
        let bytes = try await body(of: request, context)
        guard let feedback = Feedback(reading: bytes.readableBytesView) else { throw HTTPError(.badRequest) }
        let answer = try await call(caller, asking: action)
        try expectOwn(action, caller, answer)
        if let work = answer.work, work.order.generation == action, work.isWithdrawn {
            let said = feedback.execution == .rejected ? [Report.Body.reached(.installing)] : dropped(work)
            if feedback.isLast { try await call(caller, said.map { .init(generation: action, $0) }) }
        }
        if feedback.isLast { book.closed(action, by: caller.id) }
        return Response(status: .ok)
    }
}
