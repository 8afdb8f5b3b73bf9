/// What becomes of a terminal, or what it does, that a good one is spared.
public enum AgentMisdeed: String, Hashable, Sendable, CaseIterable {
    /// Its agent is killed again and again, at any moment, and started anew.
    case killed
    /// Its line breaks after a few bytes, again and again.
    case cut
    /// Both.
    case killedAndCut
    /// Its disk has no room for the release.
    case fullWhileFetching
    /// Its disk has room for the release's file, and none for what its installation makes of it.
    case fullWhileInstalling
    /// Its health check fails whenever the new release runs.
    case unhealthy
    /// Its version command says the new version, whatever runs.
    case saysNew
    /// Its version command says the old version, whatever runs.
    case saysOld
    /// Its version command says a version that was never made, once the new release runs.
    case saysOther

    /// Whether it can end on the new release in spite of all.
    public var canSucceed: Bool {
        switch self {
        case .killed, .cut, .killedAndCut: true
        case .fullWhileFetching, .fullWhileInstalling, .unhealthy, .saysNew, .saysOld, .saysOther: false
        }
    }

    var isKilled: Bool { self == .killed || self == .killedAndCut }
    var isCut: Bool { self == .cut || self == .killedAndCut }

    /// The room of its disk; nil: enough.
    var diskBytes: Int? {
        switch self {
        case .fullWhileFetching: AgentTrial.fileBytes / 2
        case .fullWhileInstalling: AgentTrial.fileBytes * 3 / 2
        default: nil
        }
    }
}
