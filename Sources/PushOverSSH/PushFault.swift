import FleetCore

/// Why something did not come about at a terminal.
enum PushFault: Error, Hashable {
    /// The host showed another key than the one that is known: it was set up anew, or is somebody else.
    case hostKeyChanged
    /// Nobody has said which key the host has.
    case hostKeyUnknown
    /// The host lets this user not in.
    case loginRefused
    /// The address of the device is none.
    case badAddress(String)
    /// There is no program `ssh`, or it does not start.
    case noSSH(String)
    /// The host cannot be connected to, in the words of ssh.
    case unreachable(String)
    /// The connection was lost.
    case connectionLost
    /// It took longer than it may: what did.
    case late(String)
    /// The host sends more than anybody asked for.
    case floods
    /// The host does not answer as the script does.
    case unintelligible
    /// The terminal's disk is full.
    case noSpace
    /// The files of the release are not at hand.
    case filesMissing(String)
    /// The fleet's signatures do not allow it.
    case untrusted(String)
    /// What was sent does not have the hash of the release's file.
    case damaged(String)
    /// Something on the terminal is not as it has to be.
    case unusable(String)
    /// The engine takes nothing now, or has stopped.
    case engineAway
    /// The order was taken back, or is another's by now.
    case orderGone
}

extension PushFault {
    /// The most characters of a cause: a part of it may be a stranger's text.
    static let mostCharacters = 160

    /// Why the attempt has failed, for the journal.
    var cause: FailureCause {
        FailureCause(code: InertText.of(words, characters: Self.mostCharacters), isPermanent: isPermanent)
    }

    /// Whether somebody has to do something before it can go better.
    var isPermanent: Bool {
        switch self {
        case .hostKeyChanged, .hostKeyUnknown, .loginRefused, .badAddress: true
        default: false
        }
    }

    /// Whether another connection may go on where this one ended.
    var isOfLine: Bool {
        switch self {
        case .unreachable, .connectionLost, .late: true
        default: false
        }
    }

    var words: String {
        switch self {
        case .hostKeyChanged: "ssh: the host key has changed"
        case .hostKeyUnknown: "ssh: the host key is not known"
        case .loginRefused: "ssh: the login was refused"
        case .badAddress(let why): "the address \(why)"
        case .noSSH(let why): "ssh does not start: \(why)"
        case .unreachable(let why): "ssh: \(why)"
        case .connectionLost: "ssh: the connection was lost"
        case .late(let what): "\(what) timed out"
        case .floods: "the host sends more than it was asked for"
        case .unintelligible: "the host does not answer as a POSIX shell does"
        case .noSpace: "no space left on the terminal"
        case .filesMissing(let name): "\(name) is not at hand"
        case .untrusted(let why): "signature: \(why)"
        case .damaged(let name): "hash mismatch of \(name)"
        case .unusable(let why): why
        case .engineAway: "the engine takes nothing now"
        case .orderGone: "the order was taken back"
        }
    }
}
