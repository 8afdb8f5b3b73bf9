import Foundation
import TerminalAgent

/// Storage that forgets: what was not synced may be gone after a cut, each part of it by itself, or torn.
///
/// A file's bytes and the names in a folder become durable apart from each other, as `Disk` says. Every operation is a
/// step at which the power can fail, before it has any effect.
final class ModelDisk: Disk, @unchecked Sendable {
    /// The power has failed.
    struct PowerCut: Error {}

    enum Node: Equatable {
        case file([UInt8])
        case folder([String: Int])
        case link(String)
    }

    /// Operations so far, and the one at which the power fails; nil: it does not.
    private(set) var steps = 0
    var cutAt: Int?
    /// Syncs that do nothing, by what is synced: a program that had left them out.
    var isDeaf: @Sendable (String) -> Bool = { _ in false }
    /// Bytes that still fit; nil: any number.
    var room: Int?
    private var live: [Int: Node] = [0: .folder([:])]
    private var durable: [Int: Node] = [0: .folder([:])]
    private var next = 1
    /// What each folder held after each change since its last sync. They become durable in their order, if at all.
    private var history: [Int: [[String: Int]]] = [:]
    /// What the steps were, for messages.
    private(set) var trace: [String] = []

    private func step(_ what: String) throws {
        if let cutAt, steps >= cutAt { throw PowerCut() }
        steps += 1
        trace.append(what)
    }

    /// Another process, such as a command of the site, writes without a sync. It is none of the agent's steps.
    func scribble(_ path: String, _ bytes: [UInt8]) {
        let id = find(path) ?? make(.file([]))
        try? put(path, id)
        live[id] = .file(bytes)
    }

    /// Another process makes a link, in place of one that may be there.
    func relink(_ path: String, to target: String) { try? put(path, make(.link(target))) }

    /// Everything so far is durable.
    func settle() {
        durable = live
        history = [:]
    }

    /// What is left after a cut.
    func afterCut(seed: UInt64) -> ModelDisk {
        var random = Draw(seed)
        let disk = ModelDisk()
        disk.next = next
        disk.live = [:]
        for id in Set(live.keys).union(durable.keys).sorted() {
            switch (live[id], durable[id]) {
            case (.folder?, let before):
                var states = history[id] ?? []
                if case .folder(let names)? = before { states.append(names) } else { states.append([:]) }
                disk.live[id] = .folder(states[random.next(states.count)])
            case (.file(let now)?, let before): disk.live[id] = .file(torn(now, before, &random))
            case (let now?, _): disk.live[id] = now
            case (nil, let before?): disk.live[id] = before
            case (nil, nil): break
            }
        }
        disk.durable = disk.live
        disk.isDeaf = isDeaf
        return disk
    }

    private func torn(_ now: [UInt8], _ before: Node?, _ random: inout Draw) -> [UInt8] {
        var old: [UInt8] = []
        if case .file(let bytes)? = before { old = bytes }
        if now == old { return now }
        switch random.next(4) {
        case 0: return now
        case 1: return old
        case 2: return Array(now.prefix(random.next(now.count + 1)))
        // The length was written and the bytes were not.
        default: return now.indices.map { $0 < old.count ? old[$0] : 0 }
        }
    }

    // MARK: - Paths

    private func place(_ path: String) throws -> (folder: Int, name: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last else { throw StorageFailure("\(path) is no place") }
        var id = 0
        for part in parts.dropLast() {
            guard case .folder(let names) = live[id], let next = names[part] else {
                throw StorageFailure("\(path): no such folder")
            }
            id = next
        }
        return (id, name)
    }

    private func find(_ path: String) -> Int? {
        if path == "/" { return 0 }
        guard let (folder, name) = try? place(path), case .folder(let names) = live[folder] else { return nil }
        return names[name]
    }

    private func node(_ path: String) -> Node? { find(path).flatMap { live[$0] } }

    private func make(_ node: Node) -> Int {
        defer { next += 1 }
        live[next] = node
        return next
    }

    private func put(_ path: String, _ id: Int?) throws {
        let (folder, name) = try place(path)
        guard case .folder(var names) = live[folder] else { throw StorageFailure("\(path): no such folder") }
        names[name] = id
        live[folder] = .folder(names)
        history[folder, default: []].append(names)
    }

    // MARK: - Disk

    func read(_ path: String, atMost: Int) throws -> [UInt8]? {
        guard case .file(let bytes)? = node(path) else { return nil }
        return bytes
    }

    func readPieces(of path: String, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard case .file(let bytes)? = node(path) else { throw StorageFailure("\(path): no such file") }
        try bytes.withUnsafeBytes(take)
    }

    func length(of path: String) throws -> Int64? {
        if case .file(let bytes)? = node(path) { return Int64(bytes.count) }
        return nil
    }

    func names(in folder: String) throws -> [String]? {
        if case .folder(let names)? = node(folder) { return names.keys.sorted() }
        return nil
    }

    func linkTarget(_ path: String) throws -> String? {
        if case .link(let target)? = node(path) { return target }
        return nil
    }

    func makeFolder(_ path: String) throws {
        try step("make \(path)")
        if find(path) == nil { try put(path, make(.folder([:]))) }
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        try step("write \(path)")
        try take(bytes.count)
        if let id = find(path) { live[id] = .file(bytes) } else { try put(path, make(.file(bytes))) }
    }

    private func take(_ bytes: Int) throws {
        guard let left = room else { return }
        guard bytes <= left else { throw StorageFailure("no space left on device", isFull: true) }
        room = left - bytes
    }

    func open(_ path: String) throws -> any OpenFile {
        try step("open \(path)")
        if find(path) == nil { try put(path, make(.file([]))) }
        guard let id = find(path) else { throw StorageFailure("\(path): no such file") }
        return Handle(disk: self, id: id, path: path)
    }

    func link(_ path: String, to target: String) throws {
        try step("link \(path)")
        guard find(path) == nil else { throw StorageFailure("\(path) is there already") }
        try put(path, make(.link(target)))
    }

    func move(_ path: String, to target: String) throws {
        try step("move \(path)")
        guard let id = find(path) else { throw StorageFailure("\(path) is not there") }
        try rename(path, target, id)
    }

    /// One change of a folder: it has happened or it has not.
    private func rename(_ path: String, _ target: String, _ id: Int) throws {
        let (folder, old) = try place(path), (other, new) = try place(target)
        guard folder == other, case .folder(var names) = live[folder] else {
            throw StorageFailure("\(path) and \(target) are in two folders")
        }
        names[old] = nil
        names[new] = id
        live[folder] = .folder(names)
        history[folder, default: []].append(names)
    }

    func remove(_ path: String) throws {
        try step("remove \(path)")
        guard let id = find(path) else { return }
        if case .file(let bytes)? = live[id], let left = room { room = left + bytes.count }
        try put(path, nil)
    }

    func sync(_ path: String) throws {
        try step("sync \(path)")
        guard let id = find(path) else { throw StorageFailure("\(path) is not there") }
        if !isDeaf(path) { keep(id) }
    }

    func syncAll(in folder: String) throws {
        try step("sync all in \(folder)")
        guard let id = find(folder) else { throw StorageFailure("\(folder) is not there") }
        if !isDeaf("all of \(folder)") { keepAll(id) }
    }

    private func keep(_ id: Int) {
        durable[id] = live[id]
        history[id] = nil
        // A link is durable with its name.
        if case .folder(let names)? = live[id] {
            for child in names.values {
                if case .link? = live[child] { durable[child] = live[child] }
                if durable[child] == nil, case .folder? = live[child] { durable[child] = .folder([:]) }
                if durable[child] == nil, case .file? = live[child] { durable[child] = .file([]) }
            }
        }
    }

    private func keepAll(_ id: Int) {
        keep(id)
        if case .folder(let names)? = live[id] { for child in names.values { keepAll(child) } }
    }

    private final class Handle: OpenFile, @unchecked Sendable {
        let disk: ModelDisk
        let id: Int
        let path: String

        init(disk: ModelDisk, id: Int, path: String) {
            self.disk = disk
            self.id = id
            self.path = path
        }

        func empty() throws {
            try disk.step("empty \(path)")
            disk.live[id] = .file([])
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws {
            try disk.step("append \(path)")
            try disk.take(bytes.count)
            guard case .file(let before)? = disk.live[id] else { return }
            disk.live[id] = .file(before + bytes)
        }

        func sync() throws {
            try disk.step("sync \(path)")
            if !disk.isDeaf(path) { disk.keep(id) }
        }
    }
}

/// Draws that a seed repeats (SplitMix64).
struct Draw {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
    }

    mutating func flips() -> Bool { next(2) == 0 }
}
