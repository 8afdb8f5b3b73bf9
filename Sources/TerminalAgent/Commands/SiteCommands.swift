import ChildPrograms
import FleetFiles
import Foundation

/// Runs the site's programs, one at a time, each in a process group of its own that is ended as a whole.
public protocol CommandRunner: AnyObject {
    /// Runs one to its end.
    /// - Parameters:
    ///   - environment: All of its environment.
    ///   - isInstallation: Whether nothing else may be installed before it and all that it started are gone.
    ///   - isStopped: Asked again and again; true: it is ended.
    /// - Returns: How it ended; nil: it was ended since it was to stop.
    func run(
        _ command: AgentSettings.Command, _ environment: [(name: String, value: String)], isInstallation: Bool,
        isStopped: () -> Bool
    ) -> CommandEnd?

    /// Ends what an earlier installation has left running; throws if that does not end.
    func endLeftovers() throws
}

/// The programs of this machine.
public final class SiteCommands: CommandRunner {
    /// Bytes of what a command says last that are told.
    static let mostToldBytes = 300
    /// How long one may take to end once it was asked to.
    static let endTime = Duration.seconds(3)

    private let lock: InstallLock

    /// Programs, of which those that install hold a lock.
    public init(_ lock: InstallLock) { self.lock = lock }

    public func run(
        _ command: AgentSettings.Command, _ environment: [(name: String, value: String)], isInstallation: Bool,
        isStopped: () -> Bool
    ) -> CommandEnd? {
        var held: Int32?
        if isInstallation {
            do { held = try lock.take() } catch { return .notStarted("\(error)") }
        }
        defer { if let held { lock.release(held) } }
        let child: ChildProcess
        do throws(ChildProcess.Failure) {
            child = try ChildProcess(
                command.words, environment: Self.base + environment.map { "\($0.name)=\($0.value)" }, keeping: .end,
                holding: held)
        } catch {
            return .notStarted(error.description)
        }
        var isCalledOff = false
        let hasEnded = child.wait(atMost: command.within) {
            isCalledOff = isStopped()
            return isCalledOff
        }
        if !hasEnded {
            child.signal(SIGTERM)
            _ = child.wait(atMost: Self.endTime) { false }
        }
        let end = child.end()
        if isCalledOff { return nil }
        let said = Self.said(child.output)
        if !hasEnded { return .timedOut(command.within, said: said) }
        return switch end {
        case .exited(let code): .exited(code, said: said)
        case .signalled(let number): .signalled(number, said: said)
        }
    }

    public func endLeftovers() throws { lock.release(try lock.take()) }

    private static let base = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]

    /// The end of what it said, in one line that nothing acts on.
    static func said(_ output: Data) -> String {
        var text = ""
        for scalar in String(decoding: output.suffix(mostToldBytes), as: UTF8.self).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: text += " "
            case .format, .surrogate, .privateUse, .unassigned: text += "?"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text.trimmingCharacters(in: .whitespaces)
    }
}
