import EngineSocket
import FleetCore
import FleetEngine
import FleetFiles

/// That an update which has not begun is another in the files than the engine holds it: what a person reads in the files
/// is not what would be carried out.
struct DraftDifference {
    /// The update's id.
    let update: String
    /// What the engine holds, and not what the files say, in words: `release 2.3.2, not 2.4.0`.
    let parts: [String]

    /// nil: they are the same.
    init?(engine: UpdateDefinition, files: UpdateDefinition) {
        guard engine != files else { return nil }
        update = engine.id
        parts = Self.parts(engine, files)
    }

    /// What differs, in a sentence.
    var text: String { "\(update) is not what its file says: the engine holds \(parts.joined(separator: "; "))" }

    /// What helps.
    static let remedy = "undo the edit, or start the engine again, so that it takes the file over"
    /// What helps where somebody has started it: it keeps what it was started with.
    static let remedyOfStarted = "undo the edit, or cancel it and give what the file says an id of its own"

    private static func parts(_ engine: UpdateDefinition, _ files: UpdateDefinition) -> [String] {
        var parts: [String] = []
        func compare<Value: Equatable>(
            _ name: String, _ part: (UpdateDefinition) -> Value, _ text: ((Value) -> String)? = nil
        ) {
            guard part(engine) != part(files) else { return }
            parts.append(
                text.map { "\(name) \($0(part(engine))), not \($0(part(files)))" } ?? "\(name) in another form")
        }
        compare("release", \.release) { "\($0)" }
        compare("devices", \.selector) { "`\($0)`" }
        compare("strategy", \.strategy.name) { $0 }
        // Two of one name differ in what a line has no room for.
        if engine.strategy.name == files.strategy.name { compare("its phases or its strategy's settings", \.strategy) }
        compare("window", \.window) { $0.map { "\($0)" } ?? "none" }
        compare("allow-downgrade", \.allowsDowngrade) { "\($0)" }
        compare("approval", \.requiresApproval) { $0 ? "required" : "none" }
        compare("in-flight", \.inFlight) { $0.map { "\($0)" } ?? "the fleet's" }
        compare("starts-per-minute", \.startsPerMinute) { $0.map { "\($0)" } ?? "the fleet's" }
        compare("freeze-override", \.freezeOverride) { $0.map { "`\($0)`" } ?? "none" }
        compare("seed", \.seed) { $0.map { "\($0)" } ?? "its own" }
        compare("title", \.title) { "`\($0)`" }
        return parts
    }
}

/// Proves that what is about to begin is what the files say: who gives the command has read those.
struct DraftProof {
    /// The fleet's directory.
    let fleet: String

    /// Whether there is something to prove before this is given.
    static func isNeeded(for request: EngineRequest) -> Bool {
        request.command == .start || request.command == .approve
    }

    /// Why a command is not given; nil: nothing stands against it.
    /// - Parameter held: What the engine holds of an update; nil: it knows none that has not begun.
    func refusal(_ request: EngineRequest, held: (String) -> UpdateDefinition?) -> Refusal? {
        guard Self.isNeeded(for: request), let engine = held(request.object) else { return nil }
        let files = FleetDirectory(path: fleet).loadUpdates()
        let isStart = request.command == .start
        if let filed = files.updates.first(where: { $0.id == request.object }), files.isSettled(for: filed) {
            return DraftDifference(engine: engine, files: filed).map {
                Refusal($0.text, remedy: isStart ? DraftDifference.remedy : DraftDifference.remedyOfStarted)
            }
        }
        // A fleet whose files this user may not read, or whose file of it is gone, says nothing else than the engine.
        guard files.hasWrongUpdates, isStart else { return nil }
        return Refusal(
            "it is not known whether \(request.object) is what its file says: a file in updates/ cannot be read",
            remedy: "`muster check` names what is wrong; mend it")
    }
}

extension UpdatesResult {
    private func isWrong(_ isMeant: (String) -> Bool) -> Bool {
        problems.contains { $0.severity == .error && isMeant($0.path) }
    }

    /// Whether a file of an update cannot be read.
    fileprivate var hasWrongUpdates: Bool { isWrong { $0.hasPrefix("updates/") } }

    /// Whether what is read of an update is all that is said of it: gates have their defaults from `fleet.yaml`.
    fileprivate func isSettled(for update: UpdateDefinition) -> Bool {
        guard case .progressive = update.strategy else { return true }
        return !isWrong { $0 == "fleet.yaml" }
    }
}
