import FleetCore
import FleetEngine

/// What a console says to the engine that it is attached to.
enum ConsoleMessage: Hashable, Sendable {
    /// What it wants to see from now on.
    case query(ViewQuery)
    /// Do this. The ticket is the console's own.
    case command(ConsoleOrder, ticket: UInt64)
    /// The last view is on the screen, or a beat was heard: something else may come.
    case taken
}

/// A command as a console gives it; sent again after the line has dropped it is the same.
struct ConsoleOrder: Hashable, Sendable {
    var command: Command
    var reason: String
    var key: CommandKey
    /// The number of the latest fact of the view on which it was decided.
    var basis: UInt64?
}

/// What an engine says to a console.
enum EngineMessage: Hashable, Sendable {
    /// What has changed of the view since the last one, by `PieceDelta`.
    case view([UInt8])
    /// How a command ended: why it was refused, or what came of it where "accepted" would say too little.
    case reply(ticket: UInt64, Refusal?, note: String? = nil)
    /// Why the console is closed; nothing follows.
    case end(Refusal)
    /// The engine has come round, and there is nothing to say: what was shown last is still so.
    case beat
}

extension ConsoleMessage {
    /// The most bytes of one: a filter and a reason are short.
    static let maximumLength = 64 << 10

    private static let queryMark: UInt8 = 1, commandMark: UInt8 = 2, takenMark: UInt8 = 3

    var bytes: [UInt8] {
        var writer = FactWriter()
        switch self {
        case .query(let query): writer.write(byte: Self.queryMark, query)
        case .command(let order, let ticket):
            writer.write(
                byte: Self.commandMark, ConsoleCommand(order.command), order.reason, order.key, order.basis, ticket)
        case .taken: writer.write(byte: Self.takenMark)
        }
        return writer.bytes
    }

    /// What these bytes say, all of which it must use up.
    init(_ bytes: [UInt8]) throws(DecodingFailure) {
        var reader = FactReader(bytes)
        switch try reader.byte("what a console says") {
        case Self.queryMark: self = .query(try reader.read())
        case Self.commandMark:
            let command: ConsoleCommand = try reader.read()
            let order = ConsoleOrder(
                command: command.command, reason: try reader.read(), key: try reader.read(), basis: try reader.read())
            self = .command(order, ticket: try reader.read())
        case Self.takenMark: self = .taken
        default: throw DecodingFailure(offset: 0, expected: "what a console says")
        }
        guard reader.isAtEnd else { throw reader.failure("the end of what a console says") }
    }
}

extension EngineMessage {
    /// The most bytes of one.
    static let maximumLength = 16 << 20

    private static let viewMark: UInt8 = 1, replyMark: UInt8 = 2, endMark: UInt8 = 3, beatMark: UInt8 = 4

    var bytes: [UInt8] {
        var writer = FactWriter()
        switch self {
        case .view(let delta):
            writer.write(byte: Self.viewMark)
            writer.bytes += delta
        case .reply(let ticket, let refusal, let note): writer.write(byte: Self.replyMark, ticket, refusal, note)
        case .end(let why): writer.write(byte: Self.endMark, why)
        case .beat: writer.write(byte: Self.beatMark)
        }
        return writer.bytes
    }

    /// What these bytes say, all of which it must use up.
    init(_ bytes: [UInt8]) throws(DecodingFailure) {
        var reader = FactReader(bytes)
        switch try reader.byte("what an engine says") {
        case Self.viewMark: self = .view(Array(bytes.dropFirst()))
        case Self.replyMark:
            self = .reply(ticket: try reader.read(), try reader.read(), note: try reader.read())
            guard reader.isAtEnd else { throw reader.failure("the end of what an engine says") }
        case Self.endMark:
            self = .end(try reader.read())
            guard reader.isAtEnd else { throw reader.failure("the end of what an engine says") }
        case Self.beatMark:
            self = .beat
            guard reader.isAtEnd else { throw reader.failure("the end of what an engine says") }
        default: throw DecodingFailure(offset: 0, expected: "what an engine says")
        }
    }
}

/// A command that a console may give: what an operator does to updates and devices. Files, releases and settings do not
/// come from consoles.
private struct ConsoleCommand: FactPart {
    static var partName: String { "a command" }
    let command: Command

    init(_ command: Command) { self.command = command }

    func write(to writer: inout FactWriter) {
        switch command {
        case .start(let update): writer.write(byte: 0, update)
        case .approve(let update, let preview): writer.write(byte: 1, update, preview)
        case .pause(let update): writer.write(byte: 2, update)
        case .resume(let update): writer.write(byte: 3, update)
        case .cancel(let update): writer.write(byte: 4, update)
        case .rollBack(let update, let confirmation, let preview):
            writer.write(byte: 5, update, confirmation, preview)
        case .retryFailed(let update): writer.write(byte: 6, update)
        case .decommission(let device): writer.write(byte: 7, device)
        case .accept(let device): writer.write(byte: 8, device)
        case .refuse(let device): writer.write(byte: 9, device)
        case .configure, .addReleases, .register, .draft, .issueToken, .revokeToken, .issueAPIToken, .revokeAPIToken,
            .stopEngine, .lookOn:
            preconditionFailure("a console has no key for \(command.verb)")
        }
    }

    init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: command = .start(update: try reader.read())
        case 1: command = .approve(update: try reader.read(), preview: try reader.read())
        case 2: command = .pause(update: try reader.read())
        case 3: command = .resume(update: try reader.read())
        case 4: command = .cancel(update: try reader.read())
        case 5:
            command = .rollBack(
                update: try reader.read(), confirmation: try reader.read(), preview: try reader.read())
        case 6: command = .retryFailed(update: try reader.read())
        case 7: command = .decommission(device: try reader.read())
        case 8: command = .accept(device: try reader.read())
        case 9: command = .refuse(device: try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}
