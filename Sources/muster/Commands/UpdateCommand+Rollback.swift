import ArgumentParser
import Cells
import Console
import EngineSocket
import FleetCore
import FleetEngine
import Foundation
import ReleaseRepository

extension UpdateCommand {
    /// `muster update rollback FLEET UPDATE`.
    struct Rollback: UpdateStep {
        static let configuration = CommandConfiguration(
            abstract: "Send every device that the update changed back to the release it had before.",
            discussion: """
                Shows what would be sent back, called off and left as it is, and asks for the update's id, typed in full. If \
                the devices have changed since, it is refused. With --yes nothing is asked, and only a warning is shown.

                In a fleet that signs its releases it warns of those to which no signature lets devices go back: terminals \
                that look for one refuse them.
                """)
        static let verb = EngineRequest.Verb.rollBack

        /// How long an engine may take to count.
        private static let patience = 10.0

        @OptionGroup var order: UpdateOrderArguments

        func makeRequest() throws -> EngineRequest {
            var request = EngineRequest(
                Self.verb, order.update, reason: order.why.reason, confirmation: order.update,
                basis: order.ifUnchangedSince)
            if order.yes {
                if let preview = quietPreview() { try warn(of: preview) }
                return request
            }
            guard isatty(STDIN_FILENO) == 1 else {
                printError(
                    "muster: a rollback is confirmed by the update's id on a terminal; --yes confirms it elsewhere")
                throw ExitStatus.badInput
            }
            let preview = try preview()
            for line in preview.lines { printError(TextWidth.sanitised(line)) }
            try warn(of: preview)
            request.preview = preview.revision
            writeError("Type \(TextWidth.sanitised(order.update)) to roll it back: ")
            request.confirmation = readLine() ?? ""
            return request
        }

        /// Says to which releases no signature lets devices go back. It is not refused: a terminal that looks for none goes
        /// back all the same.
        private func warn(of preview: RollbackPreview) throws {
            let fleet = order.arguments.fleet
            let signed = SignedReleases(fleet: fleet, state: try FleetPlace(order.arguments).directory)
            let versions = signed.unapproved(preview.targets.map(\.version), from: preview.release)
            guard !versions.isEmpty else { return }
            let approvals = versions.map { " --approve-rollback \($0)" }.joined()
            printError(
                "warning: no signature lets devices go back from \(preview.release) to "
                    + versions.map { "\($0)" }.joined(separator: ", ") + ": those that look for one refuse it; `muster "
                    + "release publish \(TextWidth.sanitised(fleet))\(approvals) --from \(preview.release)` approves it"
            )
        }

        /// The same as `preview` where nothing is asked, and only where there is something to warn of; what cannot be told
        /// holds nothing up.
        private func quietPreview() -> RollbackPreview? {
            guard RepositoryStanding.isPublished(in: order.arguments.fleet) else { return nil }
            if let live = try? liveView(query, tells: false) { return live.rollback }
            guard let definition = FleetLoading.quietly(order.arguments.fleet),
                var reading = try? FleetReading.open(definition, order.arguments)
            else { return nil }
            return reading.loop.view(query, now: reading.now).rollback
        }

        private var query: ViewQuery {
            var query = ViewQuery()
            query.update = order.update
            query.rollbackPreview = order.update
            return query
        }

        /// What the rollback would change, by the engine that runs, or else by the journal.
        private func preview() throws -> RollbackPreview {
            guard let view = try liveView(query) ?? journalView(query), let preview = view.rollback else {
                printError(
                    "muster: there is nothing to roll back in \(TextWidth.sanitised(order.update)); "
                        + "`muster updates` says where it stands")
                throw ExitStatus.badInput
            }
            return preview
        }

        /// - Parameter tells: Whether what goes wrong is said.
        private func liveView(_ query: ViewQuery, tells: Bool = true) throws -> FleetView? {
            let engine: AttachedEngine?
            do {
                engine = try AttachedEngine.attach(
                    to: FleetPlace(order.arguments).directory, isReadOnly: true, alias: nil, patience: .spoken(),
                    onNews: {})
            } catch let error as EngineSocketError {
                if tells { printError("muster: \(TextWidth.sanitised("\(error)"))") }
                throw error.isRefusal ? ExitStatus.badInput : ExitStatus.failed
            }
            guard let engine else { return nil }
            defer { engine.leave() }
            engine.ask(query)
            let deadline = ContinuousClock.now + .seconds(Self.patience)
            while ContinuousClock.now < deadline {
                if let view = engine.takeNews().view, view.query.rollbackPreview != nil { return view }
                engine.waitForNews(seconds: 1)
            }
            guard tells else { throw ExitStatus.failed }
            printError("muster: the engine has not counted what a rollback would change within 10 s; try again")
            throw ExitStatus.failed
        }

        private func journalView(_ query: ViewQuery) throws -> FleetView? {
            var reading = try FleetReading.open(order.arguments)
            return reading.loop.view(query, now: reading.now)
        }
    }
}

extension RollbackPreview {
    /// The same as the console's dialog says, as lines of text.
    fileprivate var lines: [String] {
        let sent = targets.reduce(0) { $0 + $1.count }
        var lines = [
            "sends      \(NumberText.count(sent, "device")) from \(release) back to the release each had",
            "           " + targets.map { "\($0.count) to \($0.version)" }.joined(separator: ", "),
            "of these   \(changed) changed, \(inFlight) install and finish first, \(toCheck) failed and are checked",
            "cancels    \(NumberText.count(cancelled, "device")) that have not begun",
            "withdraws  \(NumberText.count(withdrawn, "order")) of devices that do not install yet",
        ]
        if offline > 0 { lines.append("offline    \(offline) of them get it at their next contact") }
        guard !impossible.isEmpty else { return lines + second }
        lines.append("cannot     \(NumberText.count(impossible.count, "device")), which stay as they are:")
        let named = Array(zip(impossibleIDs, impossible)).prefix(Self.namedAtMost)
        lines += named.map { "           \($0): \($1.reason)" }
        if impossible.count > named.count { lines.append("           and \(impossible.count - named.count) more") }
        return lines + second
    }

    private static var namedAtMost: Int { 20 }

    private var second: [String] { needsSecondPerson ? ["after      a second person must approve it"] : [] }
}
