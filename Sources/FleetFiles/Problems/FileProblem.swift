/// Something wrong in a file: what, where, and what to do.
public struct FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether the fleet can be used in spite of it.
    public enum Severity: UInt8, Sendable {
        /// It cannot.
        case error = 0
        /// It can, but probably does not do what was meant.
        case warning = 1
    }

    /// The file: relative to the fleet's directory, or as the operator named it.
    public var path: String
    /// The line, from 1; nil if the problem is the file as a whole.
    public var line: Int?
    /// The column in Unicode scalars, from 1; nil if the problem is a whole line or file.
    public var column: Int?
    /// What is wrong.
    public var message: String
    /// What to do; empty if the message says it already.
    public var remedy: String
    /// Whether the fleet can be used in spite of it.
    public var severity: Severity

    /// A problem at a place in a file. Characters that a terminal would act on are escaped in all its texts, for they
    /// repeat what the file says.
    public init(
        path: String, line: Int? = nil, column: Int? = nil, message: String, remedy: String = "",
        severity: Severity = .error
    ) {
        self.path = path.inert
        self.line = line
        self.column = column
        self.message = message.inert
        self.remedy = remedy.inert
        self.severity = severity
    }

    /// `updates/x.yaml:12:8: unknown key `persent`; did you mean `percent`?`; warnings say so before the message.
    public var description: String {
        let place = [path, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
        let kind = severity == .warning ? "warning: " : ""
        return "\(place): \(kind)\(message)" + (remedy.isEmpty ? "" : "; \(remedy)")
    }
}

extension FileProblem: Comparable {
    /// By file, then by place; problems of a file as a whole come first.
    public static func < (left: FileProblem, right: FileProblem) -> Bool {
        (left.path, left.line ?? 0, left.column ?? 0, left.message)
            < (right.path, right.line ?? 0, right.column ?? 0, right.message)
    }
}
