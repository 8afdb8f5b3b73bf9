/// The meaning of a cell's look, as a small number.
///
/// What a number means, and which colours it has, is the console's business; a terminal takes it as an index into the
/// styles it was given.
public struct RoleID: Hashable, Sendable {
    /// The index of the role's style.
    public let rawValue: UInt8

    /// Makes the role with the given index.
    public init(_ rawValue: UInt8) {
        self.rawValue = rawValue
    }
}

/// Attributes of one cell that are added to those of its role.
public struct CellFlags: OptionSet, Hashable, Sendable {
    /// One bit for each attribute.
    public let rawValue: UInt8

    /// Makes flags from their bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Heavier strokes.
    public static let bold = CellFlags(rawValue: 1)
    /// Fainter than the rest.
    public static let dim = CellFlags(rawValue: 2)
    /// A line under the character.
    public static let underline = CellFlags(rawValue: 4)
    /// Foreground and background exchanged.
    public static let reverse = CellFlags(rawValue: 8)
}

/// One column of one row: a character that is safe to show, and its look.
///
/// A glyph two columns wide takes two cells: its own, and a continuation to the right.
public struct Cell: Hashable, Sendable {
    /// What is shown; a space in a continuation.
    public let character: Character
    /// The role that decides the colours.
    public var role: RoleID
    /// Attributes beyond those of the role.
    public var flags: CellFlags
    /// Whether this is the right half of the wide glyph to the left.
    public let isContinuation: Bool

    /// Makes a cell. The character is taken as it is: only `Frame` decides what may be shown.
    init(character: Character, role: RoleID, flags: CellFlags = [], isContinuation: Bool = false) {
        self.character = character
        self.role = role
        self.flags = flags
        self.isContinuation = isContinuation
    }
}
