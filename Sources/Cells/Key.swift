/// A key of the keyboard, or what the mouse did.
public enum Key: Hashable, Sendable {
    /// A character that was typed; the space bar is one.
    case character(Character)
    /// Enter or Return.
    case enter
    /// Esc on its own.
    case escape
    /// Tab.
    case tab
    /// Shift and Tab.
    case backTab
    /// Backspace.
    case backspace
    /// The arrow up.
    case up
    /// The arrow down.
    case down
    /// The arrow to the left.
    case left
    /// The arrow to the right.
    case right
    /// Home.
    case home
    /// End.
    case end
    /// Page up.
    case pageUp
    /// Page down.
    case pageDown
    /// Delete.
    case delete
    /// Insert.
    case insert
    /// Control and a character, in lower case: `control("d")` is Ctrl-D.
    case control(Character)
    /// A function key: `function(1)` is F1.
    case function(Int)
    /// The mouse.
    case mouse(MouseEvent)
}

/// One key as it came from the terminal.
public struct KeyEvent: Hashable, Sendable {
    /// The key.
    public let key: Key
    /// Whether it came out of a paste: such a key never confirms anything.
    public let isPasted: Bool
    /// Whether the key was held down; nil where the terminal does not say.
    public let isRepeat: Bool?

    /// Makes an event; by default one that a person typed.
    public init(_ key: Key, isPasted: Bool = false, isRepeat: Bool? = nil) {
        self.key = key
        self.isPasted = isPasted
        self.isRepeat = isRepeat
    }
}

/// What the mouse did, and where.
public struct MouseEvent: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// A button went down.
        case press
        /// A button went up.
        case release
        /// The wheel moved away from the person.
        case wheelUp
        /// The wheel moved towards the person.
        case wheelDown
    }

    /// Which button.
    public enum Button: Hashable, Sendable {
        /// The left button.
        case left
        /// The middle button.
        case middle
        /// The right button.
        case right
        /// None: the wheel.
        case none
    }

    /// Which button.
    public let button: Button
    /// The column, from 0.
    public let column: Int
    /// The row, from 0.
    public let row: Int
    /// What happened.
    public let kind: Kind

    /// Makes an event.
    public init(button: Button, column: Int, row: Int, kind: Kind) {
        self.button = button
        self.column = column
        self.row = row
        self.kind = kind
    }
}
