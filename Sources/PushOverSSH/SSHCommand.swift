import FleetCore

/// How OpenSSH is called.
enum SSHCommand {
    /// What holds for every call, whatever the operator's configuration says beside it: nobody is asked anything, a host is
    /// who its key says, nothing is forwarded, no terminal is made, no connection is shared or left behind, and nothing is
    /// run on this machine.
    static let options = [
        "BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ClearAllForwardings=yes", "ForwardAgent=no",
        "ForwardX11=no", "Tunnel=no", "RequestTTY=no", "EscapeChar=none", "PermitLocalCommand=no", "RemoteCommand=none",
        "ControlMaster=no", "ControlPath=none", "ControlPersist=no", "ConnectionAttempts=1", "ServerAliveInterval=5",
        "ServerAliveCountMax=3", "LogLevel=ERROR",
    ]

    /// The arguments of one call. What the terminal's shell reads is one argument, made by `ShellText`.
    static func arguments(_ address: SSHAddress, _ settings: PushSettings, line: String) -> [String] {
        let configuration = settings.sshConfiguration.map { ["-F", $0] } ?? []
        let seconds = max(1, settings.limits.connect.milliseconds / 1000)
        let fixed = (options + ["ConnectTimeout=\(seconds)"]).flatMap { ["-o", $0] }
        let port = address.port.map { ["-p", "\($0)"] } ?? []
        return configuration + fixed + port + ["-l", address.user, "--", address.host, line]
    }
}

/// What ssh says when it does not get through.
enum SSHComplaint {
    /// The code by which ssh ends for a reason of its own.
    static let ownFailure: Int32 = 255

    /// The fault that ssh's words mean. What a terminal writes there it says of itself alone.
    static func fault(_ words: String) -> PushFault {
        if words.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") { return .hostKeyChanged }
        if words.contains("Host key verification failed") || words.contains("host key is known for") {
            return .hostKeyUnknown
        }
        if words.contains("Permission denied") || words.contains("Too many authentication failures") {
            return .loginRefused
        }
        if words.contains("No space left on device") { return .noSpace }
        for sign in ["Connection reset", "Broken pipe", "not responding", "closed by remote host"]
        where words.contains(sign) { return .connectionLost }
        for sign in reasons where words.contains(sign.said) { return .unreachable(sign.meant) }
        let last = words.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        return last.map { .unreachable(String($0)) } ?? .connectionLost
    }

    private static let reasons: [(said: String, meant: String)] = [
        ("Connection refused", "connection refused"), ("Could not resolve hostname", "the host's name is not known"),
        ("No route to host", "no route to the host"), ("Network is unreachable", "the network is unreachable"),
        ("Connection timed out", "no answer"), ("Operation timed out", "no answer"),
        ("Connection closed by", "the host closed the connection"),
    ]
}
