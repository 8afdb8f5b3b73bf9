import Foundation
import Testing

@testable import TUF

@Suite struct DurableFileTests {
    private let folder = ScratchFolder()

    private func path(_ name: String = "file") throws -> String {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        return "\(folder.path)/\(name)"
    }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? [] }

    @Test func aFileIsThereAsAWhole() throws {
        let path = try path()
        let writer = try DurableFileWriter(path: path)
        try writer.append([1, 2])
        #expect(names == [".file.part"])
        try writer.append([3])
        try writer.commit()
        #expect(names == ["file"])
        #expect(try DurableFile.read(path, atMost: 3) == [1, 2, 3])
        #expect(throws: TUFRefusal.tooLong(file: path, limit: 2)) { try DurableFile.read(path, atMost: 2) }
        #expect(try DurableFile.read(path + "x", atMost: 2) == nil)
    }

    @Test func whatAPowerCutLeftIsUsedAgain() throws {
        let path = try path()
        try Data(repeating: 7, count: 1_000).write(to: URL(fileURLWithPath: "\(folder.path)/.file.part"))
        try DurableFile.write([1], to: path)
        #expect(names == ["file"])
        #expect(try DurableFile.read(path, atMost: 10) == [1])
    }

    @Test func twoDoNotWriteIntoOne() throws {
        let path = try path()
        let first = try DurableFileWriter(path: path)
        try first.append([1])
        let refusal = TUFRefusal.storage(path: "\(folder.path)/.file.part", reason: "somebody else is writing it")
        #expect(throws: refusal) { try DurableFileWriter(path: path) }
        try first.commit()
        try DurableFile.write([2], to: path)
        #expect(try DurableFile.read(path, atMost: 10) == [2])
    }

    @Test func aFileThatIsGivenUpLeavesNothing() throws {
        let path = try path()
        try DurableFile.write([1], to: path)
        try DurableFileWriter(path: path).append([2])
        #expect(names == ["file"])
        #expect(try DurableFile.read(path, atMost: 10) == [1])
        try DurableFile.remove(path)
        try DurableFile.remove(path)
        #expect(names == [])
    }

    @Test func aLinkInThePlaceOfTheTemporaryFileIsNotFollowed() throws {
        let path = try path()
        try Data([9]).write(to: URL(fileURLWithPath: "\(folder.path)/victim"))
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/.file.part", withDestinationPath: "victim")
        #expect(throws: TUFRefusal.self) { try DurableFile.write([1], to: path) }
        #expect(try DurableFile.read("\(folder.path)/victim", atMost: 10) == [9])
    }

    @Test func aFolderThatIsNotThereIsRefused() {
        let path = "\(folder.path)/nowhere/file"
        let refusal = TUFRefusal.storage(path: "\(folder.path)/nowhere/.file.part", reason: "No such file or directory")
        #expect(throws: refusal) { try DurableFile.write([1], to: path) }
    }
}
