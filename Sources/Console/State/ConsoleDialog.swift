import Cells
import FleetCore
import FleetEngine

/// A question that stands over the screen. It carries what it was opened for: nothing that moves behind it changes
/// what a confirmation means.
public enum ConsoleDialog: Hashable, Sendable {
    case typed(TypedConfirmation)
    case yesNo(YesNoQuestion)
    case device(DeviceQuestion)
    case quit(QuitQuestion)
    case over(EndedQuestion)

    /// Whether something has changed that must be noted before anything is confirmed.
    var mustBeNoted: Bool {
        switch self {
        case .typed(let confirmation):
            if case .changed = confirmation.notice { return true }
            return false
        case .yesNo(let question): return question.hasChanged
        case .device(let question): return question.hasChanged || question.detail == nil
        case .quit, .over: return false
        }
    }
}

/// A question that nobody can answer any more. It takes the keys that were meant for it and are on their way, so that none
/// of them becomes one of the screen.
public struct EndedQuestion: Hashable, Sendable {
    /// The update or device that it was about.
    public var object: String
    /// Why it is over.
    public var why: String
    /// Whether an id was being typed, so that a letter does not close it.
    public var wasTyped: Bool

    /// Whether a key closes it.
    func isClosed(by key: Key) -> Bool {
        switch key {
        case .escape, .enter: true
        case .character("y"), .character("n"): !wasTyped
        default: false
        }
    }
}

/// A question that only the update's id, typed in full, confirms.
public struct TypedConfirmation: Hashable, Sendable {
    /// What is confirmed.
    public enum Kind: Hashable, Sendable { case rollback, cancel, start, retry }

    /// What is confirmed.
    public var kind: Kind
    /// The update, as it was when the dialog opened.
    public var update: UpdateSummary
    /// The blast radius that is shown; nil until the engine has counted it.
    public var rollback: RollbackPreview?
    /// The blast radius of a start; nil until the engine has counted it.
    public var start: StartPreview?
    /// How many devices a start was to change when typing began.
    var shownTargets: Int?
    /// What was typed so far; at most 64 characters, as ids are.
    public var typed = ""
    /// Why a key was not taken, or what changed.
    public var notice: Notice?
    /// How far it is scrolled: through what is confirmed, where the window is too low for it, then through the list of
    /// devices that cannot be sent back.
    public var scroll = 0
    /// How many rows of what is confirmed have been on the screen, from the first one on.
    var seen = 0

    /// Why the dialog does not go on.
    public enum Notice: Hashable, Sendable {
        /// The set changed: what was typed is gone, and the new set is shown.
        case changed(at: Timestamp)
        /// Pasted characters are not taken.
        case pasteRefused
        /// Enter was pressed on something else than the id.
        case notTheID
        /// Enter was pressed before the preview was there.
        case notCounted
        /// Enter was pressed before all that it would do was on the screen.
        case notSeen
        /// There is nothing left to do for it.
        case gone
    }

    /// A question about one update.
    public init(_ kind: Kind, update: UpdateSummary) {
        self.kind = kind
        self.update = update
    }

    /// Whether the blast radius is on the screen.
    public var isCounted: Bool {
        switch kind {
        case .rollback: rollback != nil
        case .start: start != nil
        case .cancel, .retry: true
        }
    }

    /// Whether the id and what the engine counted let Enter confirm; all that it would do must have been on the screen too.
    public var isUnlocked: Bool {
        isCounted && rollback?.sendsNothing != true && notice != .gone && typed == update.id
    }
}

/// A question that `y` confirms.
public struct YesNoQuestion: Hashable, Sendable {
    /// What is confirmed.
    public enum Subject: Hashable, Sendable {
        /// That an update goes on, of which so many devices wait.
        case resume(waiting: Int)
        /// What somebody asked for and one person may not do alone.
        case proposal(Proposal)
        /// That an update begins, of which so many devices wait.
        case begin(waiting: Int)
        /// That what follows a phase opens.
        case phase(PhaseStep)

        /// What opens behind a gate that waits for approval.
        public struct PhaseStep: Hashable, Sendable {
            /// The phase whose gate is approved.
            public var after: String
            /// The phase that opens then; nil: it was the last one.
            public var next: String?
            /// Devices that wait and that it adds to those of the phases before.
            public var added: Int
            /// Devices that the update may reach then, those of the phases before included.
            public var total: Int
        }
    }

    /// The update, as it was when the question was asked or has changed since.
    public var update: UpdateSummary
    /// What is confirmed, as it stands in the dialog.
    public var subject: Subject
    /// Whether that changed while the dialog was open, so that `y` must be pressed on the new one.
    public var hasChanged = false

    /// A question about one update.
    public init(_ subject: Subject, update: UpdateSummary) {
        self.subject = subject
        self.update = update
    }

    /// Whether it asks to resume; else it asks to approve.
    public var resumes: Bool {
        if case .resume = subject { return true }
        return false
    }
}
