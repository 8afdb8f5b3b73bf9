/// Why the screen cannot be used. Each is met by giving plain output instead.
public struct CursesTerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// Input or output is not a terminal; the name of the stream.
        case notATerminal(String)
        /// TERM is not set.
        case noTerminalType
        /// There is no terminfo entry for this value of TERM.
        case unknownTerminalType(String)
        /// The terminal of this type cannot place its cursor.
        case unsupportedTerminalType(String)
        /// This process has the screen already.
        case alreadyOpen
        /// A call of the system failed; its name, and `errno`.
        case systemFailure(call: String, code: Int32)
    }

    /// What is wrong.
    public let reason: Reason

    /// Makes an error.
    public init(_ reason: Reason) {
        self.reason = reason
    }

    /// What is wrong, as a sentence.
    public var message: String {
        switch reason {
        case .notATerminal(let stream): "The \(stream) is not a terminal."
        case .noTerminalType: "The variable TERM is not set, so the kind of terminal is not known."
        case .unknownTerminalType(let type): "There is no terminfo entry for TERM=\(type)."
        case .unsupportedTerminalType(let type): "A terminal of the type TERM=\(type) cannot place its cursor."
        case .alreadyOpen: "This process is already drawing on the terminal."
        case .systemFailure(let call, let code): "The terminal could not be set up: \(call) failed with error \(code)."
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch reason {
        case .notATerminal: "Run it in a terminal; `muster snapshot` prints a screen as text."
        case .noTerminalType, .unsupportedTerminalType:
            "Set TERM to the type of your terminal, for example xterm-256color; `muster snapshot` prints a screen as text."
        case .unknownTerminalType:
            "Set TERM to a type that is installed here, for example xterm-256color; `muster snapshot` prints a screen as text."
        case .alreadyOpen: "Close the first screen before you open another."
        case .systemFailure: "Try again; `muster snapshot` prints a screen as text."
        }
    }

    /// Message and remedy.
    public var description: String { "\(message) \(remedy)" }
}
