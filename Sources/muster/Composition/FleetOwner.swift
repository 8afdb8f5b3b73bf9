import Cells
import FleetEngine
import FleetJournal
import Foundation

/// The fleet's directory that a command names, as the owner of a state folder.
struct FleetOwner: Sendable {
    /// The directory as the operator named it.
    let fleet: String
    /// Whether the state folder was named too: that says it belongs to this directory.
    let isNamed: Bool

    /// The directory by its real path; nil: there is none.
    private var path: String? {
        guard let whole = realpath(fleet, nil) else { return nil }
        defer { free(whole) }
        return String(cString: whole)
    }

    /// Why this directory has nothing to do with a state folder; nil: nothing stands against it.
    private func refusal(in directory: String) -> FactLogError? {
        guard !isNamed, let path, let owner = FleetFolder.read(in: directory), owner != path else { return nil }
        return FactLogError(
            "\(directory) is the state of the fleet in \(owner), and \(path) has the same name",
            remedy: "give it another `name:` in its fleet.yaml; if it is the same fleet, moved to here, say so once by "
                + "--state \(directory)")
    }

    /// Ends the command with exit code 2 if a state folder belongs to another fleet of the same name.
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
