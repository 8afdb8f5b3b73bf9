/// Collects what is wrong, so that one run names everything instead of the first thing.
final class ProblemLog {
    /// Problems kept; those after it are only counted. A device file can have a problem in every line.
    static let bound = 1000
    /// Problems listed to a person, the worst first.
    static let listed = 100

    private var problems: [FileProblem] = []
    private var uncounted = 0
    /// How many errors there were, those that were not kept included.
    private(set) var errorCount = 0

    func add(_ problem: FileProblem) {
        if problem.severity == .error { errorCount += 1 }
        if problems.count < Self.bound { problems.append(problem) } else { uncounted += 1 }
    }

    /// Everything in the order of files and places, errors before warnings when not all can be listed.
    func summary() -> (listed: [FileProblem], more: Int) {
        var inOrder: [FileProblem] = []
        // A value that is asked for twice is wrong only once.
        for problem in problems.sorted() where problem != inOrder.last { inOrder.append(problem) }
        let worstFirst =
            inOrder.count <= Self.listed
            ? inOrder : inOrder.filter { $0.severity == .error } + inOrder.filter { $0.severity == .warning }
        let listed = worstFirst.prefix(Self.listed).sorted()
        return (listed, uncounted + inOrder.count - listed.count)
    }
}

/// A place in a file.
struct Place: Hashable {
    /// The line, from 1.
    var line: Int
    /// The column in Unicode scalars, from 1.
    var column: Int
}

/// One file's view of the log.
struct FileScope {
    let path: String
    let log: ProblemLog

    func error(_ place: Place?, _ message: String, _ remedy: String = "") {
        log.add(
            FileProblem(path: path, line: place?.line, column: place?.column, message: message, remedy: remedy))
    }

    func warning(_ place: Place?, _ message: String, _ remedy: String = "") {
        log.add(
            FileProblem(
                path: path, line: place?.line, column: place?.column, message: message, remedy: remedy,
                severity: .warning))
    }
}

/// Stops the reading of one file at the first thing that cannot be read past.
struct ReadFault: Error, Hashable {
    var place: Place?
    var message: String
    var remedy: String = ""
}
