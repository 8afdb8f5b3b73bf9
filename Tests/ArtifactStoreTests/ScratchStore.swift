import ArtifactStore
import Foundation
import TerminalTesting

/// A store in a directory of a test's own, removed with the value.
final class ScratchStore {
    /// Everything of this test lies in here.
    let root: String
    let store: ArtifactStore

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        store = ArtifactStore(state: "\(root)/state")
    }

    deinit {
        // A test may have taken its own rights away.
        for path in tree(root) { _ = chmod("\(root)/\(path)", 0o700) }
        try? FileManager.default.removeItem(atPath: root)
    }

    /// The path of a new file with these bytes.
    func file(_ name: String = "payload.bin", _ bytes: [UInt8] = Array("payload".utf8)) throws -> String {
        let path = "\(root)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// The path of a new file of a size in bytes, with holes: it takes no room.
    func largeFile(_ name: String = "large.bin", size: Int) throws -> String {
        let path = try file(name)
        guard truncate(path, off_t(size)) == 0 else { throw Failure(description: "\(path): error \(errno)") }
        return path
    }

    /// The files, without folders, below the store's folder, sorted.
    var files: [String] {
        tree(store.folder).filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(store.folder)/\(path)", isDirectory: &isFolder)
            return !isFolder.boolValue
        }
    }

    /// Everything below a folder, sorted.
    func tree(_ folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []).sorted()
    }

    /// What a file may be used for, and by whom.
    func mode(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    /// A fixture that does not fit.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

/// What the probe prints, line by line.
final class ProbeRun {
    private let process = Process()
    private let output = Pipe()

    /// Starts to add a file to a store.
    init(_ scratch: ScratchStore, _ file: String, _ options: String...) throws {
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "ArtifactProbe"))
        process.arguments = [scratch.store.folder, file] + options
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    /// Waits until it copies, and kills it.
    func killWhileCopying() throws {
        let line = try output.fileHandleForReading.read(upToCount: 8) ?? Data()
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        guard String(decoding: line, as: UTF8.self) == "copying\n", process.terminationReason == .uncaughtSignal else {
            throw ScratchStore.Failure(description: "it was not killed while it copied")
        }
    }

    /// Waits until it copies, and stops it there.
    func hold() throws {
        _ = try output.fileHandleForReading.read(upToCount: 8)
        guard kill(process.processIdentifier, SIGSTOP) == 0 else {
            throw ScratchStore.Failure(description: "it was not stopped")
        }
    }

    /// Lets it go on.
    func goOn() throws { _ = kill(process.processIdentifier, SIGCONT) }

    /// Its code and its last line, when it has ended.
    func end() throws -> (code: Int32, line: String) {
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text.split(separator: "\n").last.map(String.init) ?? "")
    }
}
