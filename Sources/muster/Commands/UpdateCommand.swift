import ArgumentParser
import Cells
import EngineSocket
import Foundation

/// `muster update`: what the console's keys do to an update, from the command line.
struct UpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Start, hold, end or revert an update, or wait for it.",
        discussion: """
            The engine that runs is told; if none does, the command is written to the journal, and what follows from it \
            happens once an engine runs, which is said. A `--state` that is not there is refused, but for `start`, which \
            makes it and says so. It stands in the audit with your name.

            Exit codes: 0 done, 1 it could not be decided, 2 it was refused.
            """,
        subcommands: [
            Start.self, Approve.self, Pause.self, Resume.self, Cancel.self, Rollback.self, Retry.self, Wait.self,
        ])
}

/// A command that moves an update.
protocol UpdateStep: ParsableCommand {
    static var verb: EngineRequest.Verb { get }
    var order: UpdateOrderArguments { get }
    /// What is asked of the engine, once the operator has confirmed it where that is needed.
    func makeRequest() throws -> EngineRequest
}

/// Which update, and why.
struct UpdateOrderArguments: ParsableArguments {
    @OptionGroup var arguments: FleetArguments
    @OptionGroup var why: ReasonArguments

    @Argument(help: "The update's id.")
    var update: String

    @Option(
        help: ArgumentHelp(
            "Refuse it if somebody else has changed the update since this record of the journal.",
            discussion: """
                The number is `revision` of `muster updates --json`. A pause is never refused for it.
                """, valueName: "record"))
    var ifUnchangedSince: UInt64?
    @Flag(help: "Do not ask. Only a rollback asks.")
    var yes = false
}

extension UpdateStep {
    func makeRequest() throws -> EngineRequest {
        EngineRequest(Self.verb, order.update, reason: order.why.reason, basis: order.ifUnchangedSince)
    }

    func run() throws {
        let place = try FleetPlace(order.arguments)
        // Only a start can be the first thing that is ever done with a fleet; anything else is told of another state.
        if Self.verb != .start { try place.expectNamedState() }
        let isNew = place.isNew
        let request = try makeRequest()
        var isAlone = false
        let answer = Result { try CommandDelivery(place).carryOut(request) { isAlone = true } }
        if isNew, !place.isNew { printError("muster: a new state in \(TextWidth.sanitised(place.directory))") }
        let note = try answer.get()
        print(TextWidth.sanitised("\(Self.verb.rawValue) \(order.update): \(note ?? "accepted")"))
        if isAlone { printError("muster: no engine runs on it; one that starts will carry it out") }
    }
}

extension UpdateCommand {
    /// `muster update start FLEET UPDATE`.
    struct Start: UpdateStep {
        static let configuration = CommandConfiguration(
            abstract: "Freeze the target list of a draft, and begin.",
            discussion: "The engine refuses one whose files are not signed, in a fleet that signs its releases.")
        static let verb = EngineRequest.Verb.start
        @OptionGroup var order: UpdateOrderArguments
    }

    /// `muster update approve FLEET UPDATE`.
    struct Approve: UpdateStep {
        static let configuration = CommandConfiguration(
            abstract: "Let an update, or its next phase, go on that waits for approval.",
            discussion: """
                What somebody has asked for and a second person must approve, a start, a rollback or a retry, comes before \
                what the update itself waits for; the answer says what was approved. A rollback of another number of \
                devices than was asked for is refused: `muster update rollback` shows them, and approves them.
                """)
        static let verb = EngineRequest.Verb.approve
        @OptionGroup var order: UpdateOrderArguments
    }

    /// `muster update pause FLEET UPDATE`.
    struct Pause: UpdateStep {
        static let configuration = CommandConfiguration(abstract: "Start no more devices; what is in flight goes on.")
        static let verb = EngineRequest.Verb.pause
        @OptionGroup var order: UpdateOrderArguments
    }

    /// `muster update resume FLEET UPDATE`.
    struct Resume: UpdateStep {
        static let configuration = CommandConfiguration(
            abstract: "Go on with a paused update.",
            discussion: "A rollback of it that waits for a second person is called off by that.")
        static let verb = EngineRequest.Verb.resume
        @OptionGroup var order: UpdateOrderArguments
    }

    /// `muster update cancel FLEET UPDATE`.
    struct Cancel: UpdateStep {
        static let configuration = CommandConfiguration(
            abstract: "Call off what has changed nothing yet; what installs finishes.",
            discussion: """
                A rollback or a retry that waits for a second person goes on waiting; of an update that has ended it is that \
                which is called off. The answer says so.
                """)
        static let verb = EngineRequest.Verb.cancel
        @OptionGroup var order: UpdateOrderArguments
    }

    /// `muster update retry FLEET UPDATE`.
    struct Retry: UpdateStep {
        static let configuration = CommandConfiguration(
            abstract: "Try the failed devices once more, as an update of its own.",
            discussion: """
                The update must be over. One that was rolled back is not tried again, since its release was taken back: start an \
                update with an id of its own. Devices that did not come back are tried again by a retry of its rollback, \
                UPDATE/rollback.
                """)
        static let verb = EngineRequest.Verb.retryFailed
        @OptionGroup var order: UpdateOrderArguments
    }
}
