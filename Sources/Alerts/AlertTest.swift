import FleetCore
import Foundation

/// Sends one alert by every way, once, and says what came of it.
public enum AlertTest {
    /// What came of one way.
    public struct Result: Hashable, Sendable {
        public var way: AlertWay
        /// Where it goes: the address, or the program.
        public var target: String
        public var delivery: Delivery
    }

    static func routes(_ options: AlertService.Options) -> [any AlertRoute] {
        var routes: [any AlertRoute] = []
        if let webhook = options.settings.webhook {
            routes.append(Webhook(webhook, attemptTime: options.webhookTime, now: options.now))
        }
        if !options.settings.command.isEmpty {
            routes.append(CommandHook(options.settings.command, runTime: options.commandTime))
        }
        return routes
    }

    /// Sends it, by one way after the other.
    public static func run(_ options: AlertService.Options) -> [Result] {
        let alert = Alert.test(fleet: options.fleet, at: options.now())
        return routes(options).map { route in
            defer { route.cancel() }
            let target =
                route.way == .webhook ? options.settings.webhook?.url ?? "" : options.settings.command.first ?? ""
            return Result(way: route.way, target: target, delivery: route.deliver(alert))
        }
    }
}

extension AlertTest {
    /// What on this machine keeps alerts from being sent: a secret that cannot be read, a program that cannot be run.
    public static func problems(_ settings: AlertSettings) -> [String] {
        var problems: [String] = []
        if let file = settings.webhook?.secretFile {
            do throws(WebhookSecret.Failure) { _ = try WebhookSecret.read(file) } catch {
                problems.append("alerts: \(error.description)")
            }
        }
        if let program = settings.command.first, access(program, X_OK) != 0 {
            problems.append("alerts: \(program) cannot be run: \(String(cString: strerror(errno)))")
        }
        return problems
    }
}
