import Cells
import FleetEngine
import FleetFiles
import FleetJournal
import Foundation

/// The fleet's directory that a command names, as the owner of a state folder.
struct FleetOwner: Sendable {
    /// The directory as the operator named it.
    let fleet: String
    /// Whether the state folder was named too: that says it belongs to this directory, where it is the same fleet.
    let isNamed: Bool

    /// The directory by its real path; nil: there is none.
    private var path: String? {
        guard let whole = realpath(fleet, nil) else { return nil }
        defer { free(whole) }
        return String(cString: whole)
    }

    /// Why this directory has nothing to do with a state folder; nil: nothing stands against it.
    private func refusal(in directory: String) -> FactLogError? {
        guard let path, let owner = FleetFolder.read(in: directory), owner != path else { return nil }
        guard !isNamed else { return refusal(in: directory, of: owner, for: path) }
        return FactLogError(
            "\(directory) is the state of the fleet in \(owner), and \(path) has the same name",
            remedy: "give it another `name:` in its fleet.yaml; if it is the same fleet, moved to here, say so once by "
                + "--state \(directory)")
    }

    /// A state folder that is named belongs to the directory from then on, unless a fleet of another name has it: what is
    /// meant for one fleet is not done to another by a slip.
    private func refusal(in directory: String, of owner: String, for path: String) -> FactLogError? {
        guard let other = FleetDirectory(path: owner).name, let name = FleetDirectory(path: path).name, other != name
        else { return nil }
        return FactLogError(
            "\(directory) is the state of \(other), the fleet in \(owner), and the fleet in \(path) is \(name)",
            remedy: "name the state folder of \(name), or leave `--state` out")
    }

    /// Ends the command with exit code 2 if a state folder belongs to another fleet.
    func expect(in directory: String) throws {
        guard let refusal = refusal(in: directory) else { return }
        printError("muster: \(TextWidth.sanitised("\(refusal)"))")
        throw ExitStatus.badInput
    }

    /// Says that a state folder belongs to this directory from now on; of whoever holds its journal.
    func take(_ directory: String) throws(FactLogError) {
        if let refusal = refusal(in: directory) { throw refusal }
        guard let path else { return }
        try FleetFolder.write(path, in: directory)
    }
}
