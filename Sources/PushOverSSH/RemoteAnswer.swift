import FleetCore

/// How the job on a terminal stands: its installation, or its restart.
struct RemoteJob: Hashable {
    enum Stage: String { case none, running, ended, lost }

    /// `lost`: it has ended without a result, since the terminal lost its power or booted anew.
    var stage: Stage
    /// By what code it ended.
    var code: Int
    /// Whether the terminal has booted anew since it began.
    var hasBooted: Bool
    /// Whose it is.
    var order: String
}

/// What a terminal answers to one call of the script, between its first line and its last.
struct RemoteAnswer: Hashable {
    /// The lines, without those that begin and end the answer.
    let lines: [String]

    /// Reads an answer. Nil: it does not stand there whole. What a shell's own files say before it is skipped.
    init?(_ text: String) {
        let all = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line, as: UTF8.self)
        }
        guard let first = all.firstIndex(where: { $0 == RemoteScript.begin }),
            let last = all.lastIndex(where: { $0 == RemoteScript.end }), first < last
        else { return nil }
        lines = Array(all[(first + 1)..<last])
    }

    /// What stands behind a word at the begin of the first line that begins with it.
    func words(after name: String) -> [Substring]? {
        lines.first { $0.hasPrefix(name + " ") || $0 == name }?.split(separator: " ").dropFirst().map { $0 }
    }

    func has(_ line: String) -> Bool { lines.contains { $0 == line } }

    /// What it says is wrong.
    var fault: PushFault? {
        switch words(after: "fault")?.first {
        case nil: nil
        case "busy": .unusable("another installation is under way on the terminal")
        case "folder": .unusable("the folder on the terminal cannot be used")
        case "write": .unusable("the terminal cannot write to its folder")
        case "moved": .unusable("something else writes to the folder on the terminal")
        case .some: .unintelligible
        }
    }

    var job: RemoteJob? {
        guard let words = words(after: "job"), words.count == 4,
            let stage = RemoteJob.Stage(rawValue: String(words[0])),
            let code = Int(words[1])
        else { return nil }
        return RemoteJob(stage: stage, code: code, hasBooted: words[2] == "other", order: String(words[3]))
    }

    /// The first line of what the command for the version printed. Nil: it was not asked.
    var versionLine: String? {
        guard let place = lines.firstIndex(of: "version"), place + 1 < lines.count else { return nil }
        return lines[place + 1]
    }

    /// The version that the terminal says it runs. Nil: it says none.
    var version: Version? {
        guard let text = versionLine else { return nil }
        guard text.utf8.count <= RemoteScript.mostVersionBytes else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.count == 1 ? Version(String(words[0])) : nil
    }

    /// The last line of what a job said.
    var lastWords: String? {
        guard let place = lines.firstIndex(of: "log") else { return nil }
        return lines[(place + 1)...].last { !$0.allSatisfy(\.isWhitespace) }
    }

    /// What is there of each file: bytes, and their hash.
    var parts: [(size: Int64, sha256: String)] {
        lines.filter { $0.hasPrefix("part ") }.compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, let size = Int64(words[2]) else { return nil }
            return (size, String(words[3]))
        }
    }
}
