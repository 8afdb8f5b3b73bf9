import FleetFiles
import Foundation
import TUF

/// The folders and files of this machine that an agent stands on, beside its token and its programs.
public enum AgentGround {
    /// What would keep an agent from starting, found without changing anything.
    public static func problems(of settings: AgentSettings) -> [String] {
        let state = problem(ofFolder: settings.state, makesParents: true) ?? problem { try read(settings) }
        let slots = problem(ofFolder: settings.slots, makesParents: false) ?? problem { try look(settings) }
        return [state, slots, settings.signedReleases.flatMap { problem(of: $0) }].compactMap { $0 }
    }

    /// One that is damaged is set aside by a start.
    private static func read(_ settings: AgentSettings) throws {
        do { _ = try StateFile(SystemDisk(), folder: settings.state).read() } catch is StateFile.Damaged {}
    }

    private static func look(_ settings: AgentSettings) throws {
        _ = try SlotPair(SystemDisk(), folder: settings.slots).inUse()
    }

    private static func problem(_ work: () throws -> Void) -> String? {
        do { try work() } catch { return "\(error)" }
        return nil
    }

    private static func problem(of signed: AgentSettings.SignedReleases) -> String? {
        if let problem = problem(ofFolder: signed.folder, makesParents: true) { return problem }
        return problem {
            // One that is damaged is set aside by a start, which begins with this again, unless there is a copy.
            if case .trusted = try TUFClient.storedRoot(metadataFolder: signed.folder) { return }
            do { _ = try TrustedMetadata(root: try SignedTrust.root(of: signed), at: UTCTime.now) } catch {
                throw StorageFailure("\(signed.rootFile), the root of signed releases: \(error)")
            }
        }
    }

    /// Why a folder is none that could be written, or made.
    /// - Parameter makesParents: Whether those above it are made too.
    static func problem(ofFolder path: String, makesParents: Bool) -> String? {
        var place = path, status = stat()
        while stat(place, &status) != 0 {
            guard makesParents || place == path else {
                return "the folder \(path) cannot be made: \(place) is not there"
            }
            place = Folder.above(place)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "\(place) is no folder" }
        guard access(place, W_OK | X_OK) == 0 else {
            return "the folder \(place) cannot be written: \(String(cString: strerror(errno)))"
        }
        return nil
    }
}
