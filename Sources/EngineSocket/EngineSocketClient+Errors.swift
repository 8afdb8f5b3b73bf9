/// How requests fail.
extension EngineSocketClient {
    private static let remedyOfUnreadable = "use the `muster` that runs the engine"

    /// That a command may have been carried out, or not.
    static func unknown(
        _ request: EngineRequest, _ line: Line?, isSilence: Bool = false, isUnreadable: Bool = false
    ) -> EngineSocketError {
        let engine = "the engine\(isSilence || isUnreadable ? line?.processText ?? "" : "")"
        var error = EngineSocketError(
            "\(engine) has \(isUnreadable ? "given an answer that cannot be read" : "not answered"), so that it is not "
                + "known whether `\(request.command.rawValue)` was carried out",
            remedy: (isUnreadable ? "\(remedyOfUnreadable); " : "")
                + "`muster audit list --json` has its key if it was: \(request.key ?? "none")")
        error.silentProcess = line?.process
        error.isSilence = isSilence
        error.isUnreadable = isUnreadable
        return error
    }

    /// That the engine which is meant is none any more.
    static func replaced() -> EngineSocketError {
        var error = EngineSocketError(
            "the engine has ended, and another one runs", remedy: "ask again if that one is meant")
        error.isGone = true
        return error
    }

    static func gone() -> EngineSocketError {
        var error = EngineSocketError("the engine has ended before it answered", remedy: "try again")
        error.isGone = true
        return error
    }

    /// That an engine takes connections and cuts each of them.
    static func dropped(_ line: Line) -> EngineSocketError {
        EngineSocketError(
            "the engine\(line.processText) has cut each connection before it answered",
            remedy: "see what that process does")
    }

    static func unreadable(_ line: Line) -> EngineSocketError {
        var error = EngineSocketError(
            "the engine\(line.processText) has given an answer that cannot be read", remedy: remedyOfUnreadable)
        error.isUnreadable = true
        return error
    }

    static func silence(_ patience: EnginePatience, _ line: Line?) -> EngineSocketError {
        var error = EngineSocketError(
            "the engine\(line?.processText ?? "") holds the fleet and has not answered within "
                + "\((patience.answer + .milliseconds(500)).components.seconds) s",
            remedy: "see what holds that process up; one that is ended by force loses nothing that it has confirmed")
        error.isSilence = true
        error.silentProcess = line?.process
        return error
    }
}
