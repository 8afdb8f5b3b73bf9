import Foundation

/// One request by the real curl.
struct CurlRun {
    /// curl's own exit code; 0: there was an answer.
    let code: Int32
    /// The answer's status; 0: there was none.
    let status: Int
    let body: String

    init(_ url: String, _ options: [String] = []) throws {
        let run = try ToolOutput(
            "curl", ["-q", "-s", "--max-time", "20", "-w", "\n%{http_code}"] + options + [url])
        let parts = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        code = run.code
        status = parts.last.flatMap { Int($0) } ?? 0
        body = parts.dropLast().joined(separator: "\n")
    }
}
