import ArtifactStore
import Foundation
import Testing

/// What is put into a store, and what is in it then.
@Suite(.timeLimit(.minutes(10)))
struct AddingTests {
    let scratch: ScratchStore

    init() throws { scratch = try ScratchStore() }

    /// Around the length of the pieces in which files are read.
    @Test(arguments: [0, 1, 55, 64, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 7])
    func theHashesAreThoseOfTheSystem(size: Int) throws {
        let file = try scratch.file("payload.bin", (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
        let stored = try scratch.store.add(path: file)
        #expect(stored.size == Int64(size))
        #expect(stored.sha1 == (try sum("sha1sum", file)))
        #expect(stored.md5 == (try sum("md5sum", file)))
        #expect(stored.sha256 == (try sum("sha256sum", file)))
        #expect(try sum("sha256sum", stored.path) == stored.sha256)
        #expect(try PayloadFile.measure(file) == stored.digest)
        #expect(try scratch.store.find(sha256: stored.sha256) == stored)
        #expect(try scratch.store.verify(sha256: stored.sha256) == stored)
    }

    @Test func theLayoutIsItsOwnersAlone() throws {
        let stored = try scratch.store.add(path: try scratch.file())
        let name = "239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5"
        #expect(stored.path == "\(scratch.root)/state/artifacts/objects/23/\(name)")
        #expect(scratch.files == ["objects/23/\(name)", "objects/23/\(name).json"])
        let sidecar = try String(contentsOfFile: stored.path + ".json", encoding: .utf8)
        #expect(sidecar == "{\"md5\":\"\(stored.md5)\",\"sha1\":\"\(stored.sha1)\",\"size\":7}\n")
        for path in scratch.files { #expect(scratch.mode("\(scratch.store.folder)/\(path)") == 0o600) }
        for path in ["", "/objects", "/objects/23", "/incoming"] {
            #expect(scratch.mode(scratch.store.folder + path) == 0o700, "\(path)")
        }
    }

    @Test func addingAgainDoesNothing() throws {
        let first = try scratch.store.add(path: try scratch.file("one.bin"))
        let number = try inode(first.path)
        #expect(try scratch.store.add(path: try scratch.file("two.bin")) == first)
        #expect(scratch.files.count == 2)
        #expect(try inode(first.path) == number)
    }

    /// A bit that flipped, a tail that is gone, a sidecar that is gone or of another file.
    @Test(arguments: ["flip", "cut", "no sidecar", "other sidecar"])
    func addingAgainMendsWhatIsDamaged(damage: String) throws {
        let file = try scratch.file()
        let stored = try scratch.store.add(path: file)
        switch damage {
        case "flip": try Data("Payload".utf8).write(to: URL(filePath: stored.path))
        case "cut": try Data("payloa".utf8).write(to: URL(filePath: stored.path))
        case "no sidecar": try FileManager.default.removeItem(atPath: stored.path + ".json")
        default:
            let other = try scratch.store.add(path: try scratch.file("other.bin", Array("another".utf8)))
            let sidecar = try Data(contentsOf: URL(filePath: other.path + ".json"))
            try sidecar.write(to: URL(filePath: stored.path + ".json"))
        }
        let found = #expect(throws: ArtifactStoreError.self) { try scratch.store.verify(sha256: stored.sha256) }
        #expect(found?.fault == .damage)
        #expect(found?.description.contains("\(stored.path) is damaged: ") == true)
        #expect(found?.remedy == "add the file again")
        #expect(try scratch.store.add(path: file) == stored)
        #expect(try scratch.store.verify(sha256: stored.sha256) == stored)
    }

    @Test func whatIsNotThereIsNotFound() throws {
        let stored = try scratch.store.add(path: try scratch.file())
        let texts = [
            "", "ab", String(repeating: "0", count: 64), stored.sha256.uppercased(), "../../../payload.bin",
            stored.sha256 + ".json",
        ]
        for text in texts {
            #expect(try scratch.store.find(sha256: text) == nil, "\(text)")
            #expect(try scratch.store.verify(sha256: text) == nil, "\(text)")
        }
        #expect(try ArtifactStore(folder: "\(scratch.root)/nowhere").find(sha256: stored.sha256) == nil)
    }

    @Test func progressIsToldInPieces() throws {
        var told: [Int64] = []
        let size = (2 << 20) + 5
        try scratch.store.add(path: try scratch.largeFile(size: size)) { told.append($0) }
        #expect(told == [1 << 20, 2 << 20, Int64(size)])
    }

    /// The first word of what a program of the system says of a file.
    private func sum(_ program: String, _ file: String) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program, file]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: " ").first.map(String.init) ?? ""
    }

    private func inode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
    }
}
