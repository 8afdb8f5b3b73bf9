import CNcurses
import Cells
import FleetCore
import FleetEngine

@testable import Console
@testable import CursesTerminal

extension FuzzReader {
    /// The readers of what is typed at the console.
    static let console = [
        FuzzReader("command-line", longestInput: 512, words: commandWords) { bytes in
            try CommandLineTrial(String(decoding: bytes, as: UTF8.self)).run()
        },
        FuzzReader("keys", longestInput: 512, words: keyWords) { bytes in try KeyTrial(bytes).run() },
    ]

    private static let commandWords =
        CommandName.allCases.map { "\($0.rawValue) " } + [
            "u-1", "u-2", "north", "pos-1", "-firmware", "utc", "all", "dark",
        ]
    private static let keyWords =
        (KeyTable.ownSequences + KeyTable.sequences).map(\.0) + ["0;1;1M", "64;200;50m", "\u{1b}"]
}

/// A line that is typed after `:`, against a console that shows two updates.
private struct CommandLineTrial {
    let text: String

    init(_ text: String) { self.text = text }

    private static let view: FleetView = {
        var view = FleetView()
        view.updates = ["u-1", "u-2"].map { id in
            UpdateSummary(
                id: id, title: "", release: Version(2, 4, 0), strategy: "immediate", status: .running, statusText: "",
                startedAt: Timestamp(milliseconds: 0), endedAt: nil, tally: Tally(), parent: nil)
        }
        view.regions = [RegionRow(name: "north", deviceCount: 1, statusCounts: [0, 1, 0], tally: Tally())]
        return view
    }()

    private func console(isReadOnly: Bool) -> ConsoleState {
        var state = ConsoleState(
            operatorName: "kim", isReadOnly: isReadOnly, screens: [.overview], size: Size(columns: 80, rows: 24))
        state.themeNames = ["dark", "light"]
        return state
    }

    func run() throws -> Bool {
        var viewer = console(isReadOnly: true), state = console(isReadOnly: false)
        try check(CommandLine.completions(of: text, state: state, view: Self.view))
        for effect in CommandLine.run(text, state: &viewer, view: Self.view) {
            if case .send = effect { throw BrokenProperty("a viewer's line sends \(effect)") }
        }
        let effects = CommandLine.run(text, state: &state, view: Self.view)
        for case .send(let command, let reason) in effects {
            guard case .pause = command else { throw BrokenProperty("\(command) without a question") }
            try demand(reason.count <= text.count, "a reason that nobody gave")
        }
        try demand(!state.screens.isEmpty && state.screens.count <= 7, "\(state.screens.count) screens")
        return try !isRefused(state)
    }

    private func check(_ completions: [String]) throws {
        try demand(completions.count <= 50, "\(completions.count) completions")
        guard let completed = CommandLine.completed(text, by: completions) else { return }
        try demand(completed.hasPrefix(text), "the completion changes what was typed")
    }

    private func isRefused(_ state: ConsoleState) throws -> Bool {
        guard let message = state.message, message.kind == .error else { return false }
        try demand(!message.text.isEmpty, "a refusal that says nothing")
        let shown = TextWidth.sanitised(message.text)
        try demandSame(TextWidth.sanitised(shown), shown, "what is shown can be shown")
        try demand(!shown.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a message that a terminal would act on")
        return true
    }
}

/// Bytes as a terminal sends them; 0xff stands for a pause in which nothing comes.
private struct KeyTrial {
    private enum Piece: Hashable {
        case input(KeyDecoder.Input)
        case pause
    }

    private let pieces: [Piece]

    init(_ bytes: [UInt8]) {
        var pieces: [Piece] = [], rest = bytes[...]
        while !rest.isEmpty { pieces.append(Self.take(&rest)) }
        self.pieces = pieces
    }

    /// What ncurses is told, with its codes. All of them begin with an escape.
    private static let sequences = (KeyTable.ownSequences + KeyTable.sequences).map { (Array($0.utf8), $1) }

    /// What ncurses makes of the next bytes: the code of a sequence that it was told, else one character.
    private static func take(_ rest: inout ArraySlice<UInt8>) -> Piece {
        if rest.first == 0x1b {
            for (sequence, code) in sequences where rest.starts(with: sequence) {
                rest = rest.dropFirst(sequence.count)
                return .input(.code(code))
            }
        }
        if rest.first == 0xff {
            rest = rest.dropFirst()
            return .pause
        }
        let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first ?? "?"
        rest = rest.dropFirst(scalar == "\u{fffd}" ? 1 : UTF8.width(scalar))
        return .input(.scalar(scalar.value))
    }

    func run() throws -> Bool {
        var decoder = KeyDecoder(), position = 0, isPasting = false, typed = 0
        while position < pieces.count {
            var inputs: [KeyDecoder.Input] = []
            let (events, count) = decoder.read(atMost: 64) {
                guard position < pieces.count, case .input(let input) = pieces[position] else { return nil }
                position += 1
                inputs.append(input)
                return input
            }
            try check(events, of: inputs, count: count, wasPasting: isPasting)
            if let mark = inputs.last(where: Self.isPasteMark) { isPasting = mark == Self.pasteBegin }
            if position < pieces.count, pieces[position] == .pause { position += 1 }
            // What was read ahead belongs to the next batch.
            let rest = decoder.read(atMost: pieces.count + 1) { nil }
            try check(rest.events, of: inputs, count: rest.count, wasPasting: isPasting)
            try demandSame(decoder.isPasting, isPasting, "a paste lasts from its mark to its mark")
            typed += events.count
        }
        return typed > 0
    }

    private static let pasteBegin = KeyDecoder.Input.code(Int32(muster_key_paste_begin))
    private static let pasteEnd = KeyDecoder.Input.code(Int32(muster_key_paste_end))

    private static func isPasteMark(_ input: KeyDecoder.Input) -> Bool { input == pasteBegin || input == pasteEnd }

    private func check(
        _ events: [KeyEvent], of inputs: [KeyDecoder.Input], count: Int, wasPasting: Bool
    ) throws {
        try demand(events.count <= count, "\(events.count) keys from \(count)")
        let hasMark = inputs.contains(where: Self.isPasteMark)
        for event in events {
            try check(event.key)
            if !hasMark { try demandSame(event.isPasted, wasPasting, "a paste is marked: \(event)") }
        }
    }

    private func check(_ key: Key) throws {
        switch key {
        case .character(let character):
            let scalars = character.unicodeScalars
            try demand(!scalars.contains { $0.properties.generalCategory == .control }, "a control as a character")
        case .mouse(let event):
            try demand(event.column >= 0 && event.row >= 0, "a mouse at \(event.column), \(event.row)")
        case .function(let number): try demand((1...63).contains(number), "F\(number)")
        default: break
        }
    }
}
