import Foundation

/// Others beside it, where they are installed: what the same machine gives to a program that does one thing.
enum PeerBenchmark {
    private static let rows = 400_000

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        (try sqlite(workshop)) + (try htop(workshop))
    }

    private static func program(_ name: String) -> String? {
        ["/usr/bin/\(name)", "/bin/\(name)"].first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The sqlite3 command inserts rows of the journal's shape.
    private static func sqlite(_ workshop: Workshop) throws -> [Measurement] {
        guard let program = program("sqlite3") else { return [] }
        let folder = try workshop.folder("peer")
        let body = String(repeating: "61", count: 180)
        return [
            try insert(
                program, folder, "peer: sqlite3, rows in one commit", perCommit: rows, rows: rows, body: body),
            try insert(program, folder, "peer: sqlite3, one row a commit", perCommit: 1, rows: 5000, body: body),
        ]
    }

    /// The sqlite3 command with so many rows in each commit; nil: it is not installed.
    static func sqlite(_ workshop: Workshop, perCommit: Int) throws -> Measurement? {
        guard let program = program("sqlite3") else { return nil }
        return try insert(
            program, try workshop.folder("peer"), "peer: sqlite3, \(perCommit) rows a commit", perCommit: perCommit,
            rows: rows, body: String(repeating: "61", count: 180))
    }

    private static func insert(
        _ program: String, _ folder: String, _ what: String, perCommit: Int, rows: Int, body: String
    ) throws -> Measurement {
        let database = "\(folder)/\(perCommit).sqlite", script = "\(folder)/\(perCommit).sql"
        var text = """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
            CREATE TABLE facts(sequence INTEGER PRIMARY KEY, commit_id INTEGER, at INTEGER, body BLOB, checksum INTEGER);\n
            """
        for first in stride(from: 1, through: rows, by: perCommit) {
            text += "BEGIN;\n"
            for row in first..<min(first + perCommit, rows + 1) {
                text += "INSERT INTO facts VALUES(\(row),1,1772550000000,x'\(body)',\(row));\n"
            }
            text += "COMMIT;\n"
        }
        try text.write(toFile: script, atomically: false, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [database]
        process.standardInput = FileHandle(forReadingAtPath: script)
        process.standardOutput = FileHandle.nullDevice
        let taken = try Timing.seconds {
            try process.run()
            process.waitUntilExit()
        }
        return Measurement(what, Double(rows) / taken.seconds, "a second", note: "\(body.count / 2) bytes a row, FULL")
    }

    private static func htop(_ workshop: Workshop) throws -> [Measurement] {
        guard let program = program("htop") else { return [] }
        let state = try workshop.folder("htop")
        var starts: [Double] = []
        for _ in 0..<9 {
            let child = try PtyChild(program, [], state: state)
            guard child.wait(for: "Mem", since: 0) else { throw BenchmarkFailure("htop shows nothing") }
            starts.append(Timing.seconds(since: child.startedAt) * 1000)
            child.end()
        }
        let child = try PtyChild(program, [], state: state)
        child.listen(seconds: 3)
        let ticks = ProcessFigures.ticks(of: child.process), bytes = child.byteCount
        child.listen(seconds: 20)
        let used = ProcessFigures.ticks(of: child.process) - ticks, sent = child.byteCount - bytes
        child.end()
        return [
            Measurement("peer: htop, first paint", Timing.median(starts), "ms"),
            Measurement("peer: htop, processor time", Double(used), "ticks", note: "20 s"),
            Measurement("peer: htop, sent", Double(sent) / 20, "bytes/s", note: "80x24"),
        ]
    }
}
