import Foundation
import Testing

@testable import TerminalAgent

/// The slots on this machine's storage.
@Suite struct SlotPairTests {
    let folder: ScratchFolder
    let slots: SlotPair

    init() throws {
        folder = try ScratchFolder()
        slots = SlotPair(SystemDisk(), folder: folder.path + "/slots")
        try slots.prepare()
    }

    private static let release = OfferedRelease(
        action: 1, version: "2.0.0", part: "os",
        files: [.init(name: "app", length: 3, sha256: String(repeating: "a", count: 64), url: "")])

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(slots.folder)/\(name)"))
    }

    private func names(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(slots.folder)/\(name)").sorted()
    }

    @Test func oneIsPutIntoUseAfterTheOther() throws {
        #expect(try slots.inUse() == nil)
        for slot in [Slot.a, .b, .b, .a] {
            try slots.use(slot)
            #expect(try slots.inUse() == slot)
        }
        try slots.use(nil)
        #expect(try slots.inUse() == nil)
        #expect(try names("") == ["a", "b"])
    }

    @Test func aRecordSaysWhatIsThere() throws {
        #expect(try slots.record(of: .a) == nil)
        try slots.record(Self.release, in: .a)
        let record = try #require(try slots.record(of: .a))
        #expect(record.version == "2.0.0" && record.files?.map(\.name) == ["app"])
        try write("b/release.json", #"{"version":"1.0.0"}"#)
        #expect(try slots.record(of: .b) == SlotRecord(version: "1.0.0"))
    }

    @Test func clearingLeavesWhatIsToBeResumed() throws {
        try slots.clear(.a, keeping: nil)
        try write("a/files/app", "xyz")
        try write("a/files/other", "xyz")
        try write("a/unpacked", "xyz")
        try FileManager.default.createSymbolicLink(
            atPath: slots.folder + "/a/way-out", withDestinationPath: folder.path)
        try slots.record(Self.release, in: .a)
        try slots.clear(.a, keeping: Self.release)
        #expect(try names("a") == ["files"] && names("a/files") == ["app"])
        try slots.clear(.a, keeping: nil)
        #expect(try names("a") == ["files"] && names("a/files") == [])
        #expect(FileManager.default.fileExists(atPath: slots.folder))
    }

    /// A folder or a link in the place of a file is not written through.
    @Test func whatIsNoFileIsNotKept() throws {
        try slots.clear(.a, keeping: nil)
        let outside = folder.path + "/outside"
        try Data("safe".utf8).write(to: URL(filePath: outside))
        try FileManager.default.createSymbolicLink(
            atPath: slots.file("app", of: .a), withDestinationPath: outside)
        try slots.clear(.a, keeping: Self.release)
        #expect(try names("a/files") == [])
        #expect(try String(contentsOfFile: outside, encoding: .utf8) == "safe")
    }

    @Test func theSlotInUseIsNeverCleared() throws {
        try slots.record(Self.release, in: .b)
        try slots.use(.b)
        #expect(throws: StorageFailure.self) { try slots.clear(.b, keeping: nil) }
        #expect(try slots.record(of: .b) != nil)
    }

    @Test func aLinkToElsewhereIsRefused() throws {
        try FileManager.default.createSymbolicLink(atPath: slots.current, withDestinationPath: "../etc")
        #expect(throws: StorageFailure.self) { try slots.inUse() }
        try FileManager.default.removeItem(atPath: slots.current)
        try write("current", "a")
        #expect(throws: StorageFailure.self) { try slots.inUse() }
    }

    /// An install command has put a link, or a file, in the place of a slot. What it leads to stays.
    @Test(arguments: ["outside", "nowhere", nil]) func aSlotThatIsNoFolderIsMadeAnew(target: String?) throws {
        try slots.record(Self.release, in: .a)
        try slots.use(.a)
        let outside = folder.path + "/outside"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        try Data("safe".utf8).write(to: URL(filePath: outside + "/file"))
        try FileManager.default.removeItem(atPath: slots.folder + "/b")
        if let target {
            try FileManager.default.createSymbolicLink(
                atPath: slots.folder + "/b", withDestinationPath: "\(folder.path)/\(target)")
            try slots.prepare()
        } else {
            try write("b", "no folder")
        }
        try slots.clear(.b, keeping: nil)
        #expect(try names("b") == ["files"])
        try slots.record(Self.release, in: .b)
        #expect(try slots.record(of: .b)?.version == "2.0.0")
        #expect(try String(contentsOfFile: outside + "/file", encoding: .utf8) == "safe")
    }

    /// What is no file is set aside like one that is damaged, also where something lies aside already.
    @Test(arguments: [false, true]) func aStateThatIsNoFileIsSetAside(isLink: Bool) throws {
        let file = StateFile(SystemDisk(), folder: folder.path)
        for _ in 0..<2 {
            if isLink {
                try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/nowhere")
            } else {
                try FileManager.default.createDirectory(
                    atPath: file.path + "/inside", withIntermediateDirectories: true)
            }
            let read = try file.readOrSetAside()
            #expect(read.state == AgentState() && read.wasDamaged)
            #expect(try SystemDisk().names(in: folder.path)?.contains("agent.json.damaged") == true)
            try file.write(AgentState())
            #expect(try !file.readOrSetAside().wasDamaged)
            try FileManager.default.removeItem(atPath: file.path)
        }
    }

    @Test func aStateIsReadBack() throws {
        let file = StateFile(SystemDisk(), folder: folder.path)
        #expect(try file.read() == AgentState())
        var state = AgentState()
        state.work = Work(release: Self.release, slot: .b, former: .a, formerVersion: "1.0.0")
        try file.write(state)
        #expect(try file.read() == state)
    }
}
