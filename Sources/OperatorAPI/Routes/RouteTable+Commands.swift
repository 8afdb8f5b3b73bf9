import FleetCore
import FleetEngine
import HTTPTypes

extension RouteTable {
    /// What the engine is told to do.
    static var commandRoutes: [APIRoute] {
        [
            command(
                "updates/{update}/start", "startUpdate", "Freeze the target list of a draft, and begin.",
                details: ifSigned
            ) { .start(update: $0.object("update")) },
            command(
                "updates/{update}/approve", "approveUpdate", "Let an update go on that waits for an approval.",
                details: ifSigned
            ) { .approve(update: $0.object("update")) },
            command(
                "updates/{update}/pause", "pauseUpdate", "Start no more devices; what is in flight goes on."
            ) { .pause(update: $0.object("update")) },
            command("updates/{update}/resume", "resumeUpdate", "Go on with a paused update.", details: ifSigned) {
                .resume(update: $0.object("update"))
            },
            command(
                "updates/{update}/cancel", "cancelUpdate",
                "Call off what has changed nothing yet; what installs finishes."
            ) { .cancel(update: $0.object("update")) },
            command(
                "updates/{update}/retry", "retryUpdate",
                "Try the failed devices once more, as an update of its own.", details: ifSigned
            ) { .retryFailed(update: $0.object("update")) },
            command(
                "updates/{update}/rollback", "rollBackUpdate",
                "Send every device that the update changed back to the release it had before.",
                [
                    .body(
                        "confirmation", .text(longest: 200), "The update's id, once more.", isRequired: true),
                    .body(
                        "preview", .digits,
                        "The `preview` of the preview it was decided on: if the set of devices has changed, it is refused."
                    ),
                ], details: ifSigned
            ) { call in
                .rollBack(
                    update: call.object("update"), confirmation: call.text("confirmation") ?? "",
                    preview: call.text("preview").map { UInt64($0) ?? .max })
            },
            command(
                "devices/{device}/accept", "acceptDevice",
                "Take a device that waits, or is held, into service, or one that was refused or decommissioned back."
            ) { .accept(device: $0.object("device")) },
            command(
                "devices/{device}/refuse", "refuseDevice", "Turn a device that waits away, until somebody accepts it."
            ) { .refuse(device: $0.object("device")) },
            command(
                "devices/{device}/decommission", "decommissionDevice",
                "Take a device out of service: it is offered nothing until somebody accepts it again."
            ) { .decommission(device: $0.object("device")) },
        ]
    }

    /// What holds of a command that has devices sent something.
    private static let ifSigned =
        "In a fleet that signs its releases it is refused with 409 if nothing that devices would be sent is signed: `detail` "
        + "names the release, and `remedy` says what to do, which is `muster release publish`."

    private static func command(
        _ path: String, _ name: String, _ summary: String, _ parameters: [APIParameter] = [], details: String? = nil,
        _ make: @escaping @Sendable (APICall) -> Command
    ) -> APIRoute {
        let sample = make(APICall(waiters: Places(0)))
        var route = APIRoute(
            .post, "\(base)/\(path)", name, summary, role: sample.requiredRole,
            parameters
                + [
                    .body("reason", .text(longest: 250), "Why; it stands in the audit beside the token's name."),
                    .body(
                        "basis", .factNumber,
                        "The `basis` of what it was decided on: if somebody else has changed it since, it is refused."),
                    .header(
                        "Idempotency-Key", .word(longest: 128),
                        "The request's own key: sent again with the same one it is carried out once, and answered alike."
                    ),
                    .header(
                        "If-Match", .header(pattern: #"^"[0-9]{1,15}"$"#, longest: 20),
                        "The ETag of what it was decided on; the same as `basis`."),
                ], answer: "Accepted", problems: [.notFound, .refused, .changed, .usedKey]
        ) { call, desk throws(Problem) in
            try await CommandWork(make(call), call).run(desk)
        }
        route.details = details
        return route
    }
}

/// A command on its way to the engine.
struct CommandWork {
    private let command: Command
    private let call: APICall

    init(_ command: Command, _ call: APICall) {
        self.command = command
        self.call = call
    }

    /// Has it decided. What its role does not cover goes to the engine too: it is refused there, and stands in the audit.
    func run(_ desk: OperatorDesk) async throws(Problem) -> APIReply {
        let origin = try makeOrigin()
        guard let refusal = try await desk.decide(command, origin) else {
            return try .of(CommandAnswer(command: command.verb, object: command.object))
        }
        let command = command
        let ground = try await desk.ask { $0.reading.state.ground(of: refusal, command, origin) }
        throw Problem(Self.kind(ground), refusal)
    }

    private func makeOrigin() throws(Problem) -> Origin {
        guard let token = call.token else { preconditionFailure("a command's route asks for a token") }
        let key = call.fields["Idempotency-Key"].map { RequestBook.key($0, of: token) }
        return Origin(
            operatorName: "token \(token.name)", source: "api", reason: call.text("reason") ?? "",
            user: "token \(token.name)", role: token.role, key: key, basis: try basis())
    }

    private func basis() throws(Problem) -> UInt64? {
        var known: [UInt64] = []
        if let number = call.integer("basis") { known.append(UInt64(number)) }
        if let field = call.fields["If-Match"], field != "*" {
            // An empty list of tags is one (RFC 9110, 13.1.1), which nothing matches.
            guard !field.isEmpty else {
                throw Problem(
                    .changed, "If-Match names no ETag", remedy: "send the ETag of one answer, or leave it out")
            }
            let text = field.dropFirst().dropLast()
            guard field.count >= 3, field.hasPrefix("\""), field.hasSuffix("\""), text.count <= 15,
                text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = UInt64(text)
            else {
                throw Problem(
                    .badRequest, "If-Match is no ETag of this server", remedy: "send the ETag of one answer, quoted")
            }
            known.append(number)
        }
        // What was decided on two views was decided on the older one.
        return known.min()
    }

    private static func kind(_ ground: RefusalGround) -> Problem.Kind {
        switch ground {
        case .role: .forbidden
        case .key: .usedKey
        case .object: .notFound
        case .basis: .changed
        case .state: .refused
        }
    }
}
