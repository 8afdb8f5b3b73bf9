import Glibc

/// Finds the programs that were built together with the tests.
public enum BuiltProduct {
    /// The path of a program in the directory of the test bundle, of a debug or a release build.
    ///
    /// - Throws: `PtyProcess.Failure` naming the places that were looked at.
    public static func path(of name: String) throws -> String {
        var looked: [String] = []
        for argument in CommandLine.arguments + [ownPath()] {
            for directory in parents(of: argument) {
                let candidate = "\(directory)/\(name)"
                looked.append(candidate)
                if access(candidate, X_OK) == 0, isFile(candidate) { return candidate }
            }
        }
        throw PtyProcess.Failure(description: "No program \(name) was built. Looked at: \(looked).")
    }

    /// The directory of a file and the two above it: test bundles are a directory on some systems.
    private static func parents(of path: String) -> [String] {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var result: [String] = []
        for _ in 0..<3 where parts.count > 1 {
            result.append(parts.joined(separator: "/"))
            parts = parts.dropLast()
        }
        return result
    }

    private static func ownPath() -> String {
        guard let path = realpath("/proc/self/exe", nil) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
