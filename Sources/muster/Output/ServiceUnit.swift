import Foundation

/// A systemd unit for `muster serve`.
struct ServiceUnit {
    /// The fleet's name, and that name as a part of file names.
    var fleetName: String, serviceName: String
    /// The fleet's directory.
    var fleet: String
    /// The state folder; nil: one that systemd makes.
    var state: String?
    /// The program itself.
    var program: String
    /// What `serve` is given beside the fleet and its state.
    var options: [String]
    /// Files that it reads beside those of the fleet.
    var files: [String]
    var listen: ListenAddress
    var user: String
    /// Whether the fleet's settings let other users of the machine come to the engine's socket.
    var admitsOthers: Bool

    /// A fleet's name as a part of a unit's name, which is ASCII.
    static func name(of fleet: String) -> String {
        let plain = String(fleet.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
        return plain.isEmpty ? "fleet" : plain
    }

    /// Seconds without a sign of life after which systemd starts the service anew. No step of an engine of a million
    /// devices takes a tenth of it.
    static let watchdogSeconds = 60
    /// Seconds that an ending may take: requests of the API and of the gateway 10 each, the socket's 5, the engine 10, and
    /// alerts 6.
    static let stopSeconds = 60
    /// Seconds after which one that the watchdog tells to abort, and that does not even do that, is killed.
    static let abortSeconds = 5
    /// The first port for which no right is needed.
    static let firstFreePort = 1024

    private var stateFolder: String { state ?? "/var/lib/muster-\(serviceName)/state" }

    /// The unit's text.
    var text: String {
        (heading + [""] + unit + [""] + service + [""] + hardening + [""] + install)
            .map { $0 + "\n" }.joined()
    }

    private var heading: [String] {
        let place = "/etc/systemd/system/muster-\(serviceName).service"
        return [
            "# The engine of the fleet \(Self.comment(fleetName)). Installed by:",
            "#   useradd --system --no-create-home --shell /usr/sbin/nologin \(user)",
        ] + stateInstall + [
            "#   muster service unit FLEET... > \(place)",
            "#   systemctl daemon-reload && systemctl enable --now muster-\(serviceName)",
        ]
    }

    /// systemd makes no folder but those under /var/lib, and does not start what is to write in one that is not there.
    private var stateInstall: [String] {
        guard let state else { return [] }
        let quoted = "'\(Self.comment(state).replacing("'", with: "'\\''"))'"
        return ["#   install -d -o \(user) -m \(admitsOthers ? "0711" : "0700") \(quoted)"]
    }

    private var unit: [String] {
        let needed = [fleet] + (state.map { [$0] } ?? [])
        return [
            "[Unit]",
            "Description=Muster: rollouts of the fleet \(Self.specifiers(Self.comment(fleetName)))",
            "Wants=network-online.target",
            "After=network-online.target time-sync.target",
            "RequiresMountsFor=\(needed.map(Self.quoted).joined(separator: " "))",
        ]
    }

    private var service: [String] {
        let arguments = ["serve", fleet, "--state", stateFolder] + options
        let command = [Self.quoted(program)] + arguments.map(Self.argument)
        return [
            "[Service]", "Type=notify", "NotifyAccess=main", "User=\(user)",
            "ExecStart=\(command.joined(separator: " "))",
            "# The certificates are read again.",
            "ExecReload=/bin/kill -HUP $MAINPID",
            "WatchdogSec=\(Self.watchdogSeconds)", "TimeoutStopSec=\(Self.stopSeconds)",
            "TimeoutAbortSec=\(Self.abortSeconds)",
            "Restart=on-failure", "RestartSec=2",
            "# A wrong file or option does not mend itself.",
            "RestartPreventExitStatus=2", "LimitNOFILE=65536", "LimitCORE=0",
        ] + stateLines
    }

    private var stateLines: [String] {
        guard let state else {
            return [
                "StateDirectory=muster-\(serviceName)", "StateDirectoryMode=\(admitsOthers ? "0711" : "0700")",
                "UMask=0077",
            ]
        }
        return ["ReadWritePaths=\(Self.quoted(state))", "UMask=0077"]
    }

    private var hardening: [String] {
        rights + [
            "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=\(needsHome ? "read-only" : "yes")",
            "PrivateTmp=yes", "PrivateDevices=yes", "ProtectKernelTunables=yes", "ProtectKernelModules=yes",
            "ProtectKernelLogs=yes", "ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes",
            "ProtectProc=invisible", "ProcSubset=pid", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
            "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes",
            "MemoryDenyWriteExecute=yes", "RemoveIPC=yes", "PrivateMounts=yes", "SystemCallArchitectures=native",
            "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources",
            "SystemCallErrorNumber=EPERM",
            "# No PrivateUsers: the engine has to see who is at the other end of its socket.",
        ]
    }

    /// A port below 1024 needs the one right that the kernel asks for it.
    private var rights: [String] {
        guard (1..<Self.firstFreePort).contains(listen.port) else { return ["CapabilityBoundingSet="] }
        return ["CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "AmbientCapabilities=CAP_NET_BIND_SERVICE"]
    }

    private var install: [String] { ["[Install]", "WantedBy=multi-user.target"] }

    // MARK: - What the service can read

    private static let homes = ["/home/", "/root/", "/run/user/"]
    private static let temporary = ["/tmp/", "/var/tmp/"]

    private var read: [String] { [program, fleet] + files }
    private var needsHome: Bool {
        (read + (state.map { [$0] } ?? [])).contains { path in Self.homes.contains { path.hasPrefix($0) } }
    }

    /// What would keep the service from its files.
    var warnings: [String] {
        let reader = FileReader(user: user)
        let hidden = (read + [state].compactMap { $0 }).filter { path in
            Self.temporary.contains { path.hasPrefix($0) }
        }
        let unknown =
            reader.isKnown ? [] : ["there is no user \(user) here yet: it is taken for one without groups"]
        let missing = files.filter { FileReader.isMissing($0) }
        return unknown
            + missing.map { "\($0) is not there; put it there before the service is started" }
            + hidden.map {
                "\($0) is in a folder for temporary files, of which the service has one of its own; move it"
            }
            + (read + [fleet + "/fleet.yaml"]).compactMap { reader.obstacle(to: $0) }.map {
                "\(user) cannot read \($0); give it the right, or move what lies there"
            }
    }
}

// MARK: - How systemd wants it

extension ServiceUnit {
    /// A text as one word: in quotes, with what would end it or mean something else escaped.
    static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.map { sign -> String in
            switch sign {
            case "\"", "\\": "\\\(sign)"
            case _ where sign.value < 0x20 || sign.value == 0x7f: String(format: "\\x%02x", sign.value)
            default: String(sign)
            }
        }
        return "\"\(specifiers(plain.joined()))\""
    }

    /// The same as an argument of a command, in which `$` would name a variable.
    static func argument(_ text: String) -> String { quoted(text).replacing("$", with: "$$") }

    /// A percent sign begins a specifier unless it is doubled.
    static func specifiers(_ text: String) -> String { text.replacing("%", with: "%%") }

    /// Whether a text can be the name of a user.
    static func isUserName(_ name: String) -> Bool {
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
        return isPlain && name.first.map { $0.isLetter || $0 == "_" } ?? false
    }

    /// Where this program lies.
    static func ownProgram() throws -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            printError("muster: /proc/self/exe cannot be read, so that the program's place is not known")
            throw ExitStatus.failed
        }
        return path
    }

    /// A text in one line.
    private static func comment(_ text: String) -> String {
        String(text.map { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } ? " " : $0 })
    }
}

/// Whether another user could read files, by owner, group and mode.
struct FileReader {
    private let id: uid_t
    private let groups: Set<gid_t>
    /// Whether there is such a user.
    let isKnown: Bool

    init(user: String) {
        guard let entry = getpwnam(user)?.pointee else {
            (id, groups, isKnown) = (.max, [], false)
            return
        }
        var count: Int32 = 256
        var list = [gid_t](repeating: 0, count: Int(count))
        let found = getgrouplist(user, entry.pw_gid, &list, &count)
        (id, groups, isKnown) = (entry.pw_uid, Set(found < 0 ? [entry.pw_gid] : list.prefix(Int(count))), true)
    }

    /// Whether there is nothing at a path.
    static func isMissing(_ path: String) -> Bool { access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR) }

    /// The first folder or file on the way to a path that the user may not pass or read; nil: none, or the path is not
    /// there.
    func obstacle(to path: String) -> String? {
        let parts = path.split(separator: "/")
        for count in 0..<parts.count {
            let folder = "/" + parts.prefix(count).joined(separator: "/")
            if !may(0o1, folder) { return folder }
        }
        return may(0o4, path) ? nil : path
    }

    private func may(_ right: mode_t, _ path: String) -> Bool {
        var status = stat()
        guard id != 0, stat(path, &status) == 0 else { return true }
        let shift: mode_t = status.st_uid == id ? 6 : groups.contains(status.st_gid) ? 3 : 0
        return status.st_mode >> shift & right != 0
    }
}
