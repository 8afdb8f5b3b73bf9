import TUF

/// A mirror that serves what it is given, and notes what was asked for.
actor MemoryMirror: MetadataSource, TargetSource {
    var files: [String: [UInt8]] = [:]
    var targetFiles: [String: [UInt8]] = [:]
    private(set) var asked: [String] = []
    private var held: String?
    private var waiting: CheckedContinuation<Void, Never>?
    private var arrival: CheckedContinuation<Void, Never>?

    private let folder: ScratchFolder

    /// A mirror that keeps the folder of its client as long as the client is there.
    init(_ repository: TestRepository, keeping folder: ScratchFolder) {
        self.folder = folder
        files = repository.files
        targetFiles = repository.targetFiles
    }

    func serve(_ repository: TestRepository) {
        files = repository.files
        targetFiles = repository.targetFiles
        asked = []
    }

    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? {
        asked.append(path)
        let bytes = files[path]
        if path == held {
            await withCheckedContinuation { continuation in
                waiting = continuation
                arrival?.resume()
                arrival = nil
            }
        }
        return bytes
    }

    /// Keeps the answer for the path back until `release`.
    func hold(_ path: String) { held = path }

    /// Returns when somebody waits for what is held.
    func someoneWaits() async {
        if waiting == nil { await withCheckedContinuation { arrival = $0 } }
    }

    /// Gives the answer that was kept back.
    func release() {
        held = nil
        waiting?.resume()
        waiting = nil
    }

    func pieces(of path: String, length: Int) async throws -> Pieces? {
        asked.append(path)
        return targetFiles[path].map { Pieces(bytes: $0) }
    }

    /// Seven bytes at a time.
    struct Pieces: AsyncSequence, Sendable {
        let bytes: [UInt8]

        struct AsyncIterator: AsyncIteratorProtocol {
            var rest: ArraySlice<UInt8>

            mutating func next() async throws -> [UInt8]? {
                guard !rest.isEmpty else { return nil }
                defer { rest = rest.dropFirst(7) }
                return Array(rest.prefix(7))
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: bytes[...]) }
    }
}
