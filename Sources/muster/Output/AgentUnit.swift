import FleetFiles
import TerminalAgent

/// A systemd unit for `muster agent`.
struct AgentUnit {
    var settings: AgentSettings
    /// The configuration.
    var file: String
    /// The program itself.
    var program: String
    var user: String

    /// Seconds that an ending may take: a command of the site that is ended has three of them.
    static let stopSeconds = 20

    /// The unit's text.
    var text: String {
        (heading + [""] + unit + [""] + service + ["", "[Install]", "WantedBy=multi-user.target"])
            .map { $0 + "\n" }.joined()
    }

    private var heading: [String] {
        [
            "# The agent of this terminal. Installed by:",
            "#   muster agent unit > /etc/systemd/system/muster-agent.service",
            "#   systemctl daemon-reload && systemctl enable --now muster-agent",
        ]
    }

    /// All that it is refused without, each once: one that is refused is not started anew.
    private var needed: [String] {
        let places = AgentGround.needs(of: settings, file: file).map(\.path) + [settings.slots] + settings.programs
        var seen: Set<String> = []
        return places.filter { seen.insert($0).inserted }
    }

    private var unit: [String] {
        return [
            "[Unit]", "Description=Muster: updates of this terminal", "Wants=network-online.target",
            "After=network-online.target", "RequiresMountsFor=\(needed.map(ServiceUnit.quoted).joined(separator: " "))",
            "# It goes on from its state: a start that fails is tried again for ever.", "StartLimitIntervalSec=0",
        ]
    }

    private var service: [String] {
        let command = [ServiceUnit.quoted(program)] + ["agent", file].map(ServiceUnit.argument)
        return [
            "[Service]", "Type=notify", "NotifyAccess=main", "User=\(user)",
            "ExecStart=\(command.joined(separator: " "))",
            "# The agent ends its commands; what they left behind goes with it.",
            "KillMode=mixed", "TimeoutStopSec=\(Self.stopSeconds)", "Restart=always", "RestartSec=5",
            "# A wrong file does not mend itself.", "RestartPreventExitStatus=2", "LimitCORE=0",
            "# The site's commands have the rights of this service, and no others: what they need is not taken away here.",
        ]
    }
}
