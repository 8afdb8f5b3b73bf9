import Foundation

/// What has happened, in the past tense.
public enum AgentInput: Hashable, Sendable {
    /// The agent started, in this boot of the machine, with this slot in use.
    case started(boot: String, inUse: Slot?, runs: String?)
    /// The gateway was asked what there is to do, while the agent was at nothing.
    case polled(PollAnswer)
    /// What is offered was read; nil: it could not be had.
    case offered(OfferedRelease?)
    /// What is offered as this action makes no sense, and why.
    case senseless(UInt32, String)
    /// The release may be installed, with these files.
    case trusted([OfferedRelease.File])
    /// It must not, or not now.
    case distrusted(TrustRefusal)
    /// Whether the terminal is in use; nil: it is not.
    case asked(busy: String?)
    case cleared
    /// How the gateway calls the present state of the file; empty: it does not say.
    case tagged(String)
    case fetched
    case fetchFailed(FetchFailure)
    /// The site's install command has ended, and whether it had put another slot into use, which was taken back.
    case installed(CommandEnd, movedCurrent: Bool)
    /// The restart command has ended, and whether it had put another slot into use, which was taken back.
    case ended(CommandEnd, movedCurrent: Bool)
    /// The slot's own record of what is in it is durable.
    case recorded
    /// The files of the slot are what was fetched.
    case proven
    /// This one is not.
    case altered(String)
    /// The gateway has nothing against it, or was not reached.
    case heardNothing
    case switched
    /// The check has ended.
    case checked(Check)
    /// A pause is over.
    case waited
    /// The gateway has taken in the last word of the action, or knows nothing of it any more.
    case told
    /// It was not reached.
    case notTold
    /// The gateway takes the release back.
    case calledOff
    /// The gateway offers the release no longer.
    case vanished
    /// The storage failed at what the last step asked for.
    case storageFailed(String)
}

/// How a check of what was started ended.
public struct Check: Hashable, Sendable {
    /// How the health command ended.
    public var end: CommandEnd
    /// What runs; nil: it cannot be read, or proves nothing.
    public var runs: String?
    /// What runs though another slot is in use.
    public var stray: Stray?
    /// Whether another slot had been put into use meanwhile, which was taken back.
    public var movedCurrent: Bool

    /// A check that ended so.
    public init(_ end: CommandEnd, runs: String?, stray: Stray? = nil, movedCurrent: Bool = false) {
        self.end = end
        self.runs = runs
        self.stray = stray
        self.movedCurrent = movedCurrent
    }
}

/// Why a file is not there.
public enum FetchFailure: Hashable, Sendable {
    /// The line broke, or the gateway refused; the rest may be fetched later.
    case broken(String)
    /// What came is not what it is said to be; whether it had been begun in an earlier attempt.
    case spoilt(wasResumed: Bool)
    /// It cannot be kept.
    case storage(String)
}

/// How a command of the site ended.
public enum CommandEnd: Hashable, Sendable {
    case exited(Int32, said: String)
    case signalled(Int32, said: String)
    case timedOut(Duration, said: String)
    case notStarted(String)
    /// There is no such command.
    case none

    /// Whether it ended well.
    public var isGood: Bool {
        switch self {
        case .exited(0, _), .none: true
        default: false
        }
    }

    /// Why it did not, in a few words.
    public var text: String {
        switch self {
        case .exited(let code, let said): "it ended with \(code)" + Self.rest(said)
        case .signalled(let number, let said): "signal \(number) ended it" + Self.rest(said)
        case .timedOut(let time, let said):
            "it did not end within \(time.formatted(.units(width: .narrow))), and was ended" + Self.rest(said)
        case .notStarted(let why): why
        case .none: "there is none"
        }
    }

    private static func rest(_ said: String) -> String { said.isEmpty ? "" : ": \(said)" }
}

/// What is to be done now; how it went is the next input.
public enum AgentEffect: Hashable, Sendable {
    /// Ask the gateway what there is to do, when it is time.
    case poll
    /// Read what is offered.
    case read(PollAnswer.Link)
    /// Ask whether the release may be trusted.
    case verify(Work)
    /// Ask whether the terminal is in use.
    case askBusy
    /// Clear the slot, but for those files in it that were fetched of the release; nil: of everything.
    case clear(Slot, keeping: OfferedRelease?)
    /// Ask how the gateway calls the present state of the file, and leave nothing there that it does not know to have sent.
    case askTag(Work)
    /// Fetch what is missing of the file.
    case fetch(Work)
    case install(Work)
    /// Make the slot durable, and write down what is in it.
    case record(Work)
    /// Hash the slot's files once more.
    case prove(Work)
    /// Ask the gateway whether the release was called off, whether or not it is time.
    case listen
    /// Put this slot into use; nil: none.
    case switchTo(Slot?)
    case restart(Work)
    /// Wait until the machine restarts.
    case awaitReboot
    /// Check what was started, and read which version runs.
    case check(Work)
    /// Wait, and hear meanwhile whether the release is called off.
    case wait(Pause)
    /// Say the last word of the action.
    case tell(Work)
}

/// How long to wait.
public enum Pause: Hashable, Sendable {
    /// Until it is time to look whether the terminal is in use.
    case busy
    /// Until the next try of the health check.
    case health
    /// After so many failures in a row.
    case backoff(Int)
}

/// What is said in passing: if it is not heard, nothing is lost.
public enum AgentTell: Hashable, Sendable {
    /// It works on the action.
    case proceeding(UInt32, String)
    /// It holds the action back, and why.
    case deferring(UInt32, String)
    /// It does not take the action on, and why.
    case refusing(UInt32, String)
    /// Something is dropped that the agent is not at.
    case droppedOther(UInt32)
    /// It goes on with what was to be dropped.
    case goesOn(UInt32)
    /// What it runs, and what else it says of itself, though it was said before.
    case describe
}

/// What follows from an input: first the state is made durable, then these are said, then that is done.
public struct AgentStep: Hashable, Sendable {
    public var tells: [AgentTell] = []
    public var next: AgentEffect

    init(_ next: AgentEffect, _ tells: AgentTell...) {
        self.next = next
        self.tells = tells
    }
}
