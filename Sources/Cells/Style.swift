/// One colour, said for terminals of every depth. The values are picked by hand, not worked out from each other.
public struct Color: Hashable, Sendable {
    /// Red, for 24 bits.
    public let red: UInt8
    /// Green, for 24 bits.
    public let green: UInt8
    /// Blue, for 24 bits.
    public let blue: UInt8
    /// The index among 256 colours.
    public let c256: UInt8
    /// The index among 16 colours, `0...15`.
    public let c16: UInt8

    /// Makes a colour; `c16` is clamped to 15.
    public init(red: UInt8, green: UInt8, blue: UInt8, c256: UInt8, c16: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
        self.c256 = c256
        self.c16 = min(c16, 15)
    }
}

/// The look of a role.
public struct Style: Hashable, Sendable {
    /// The colour of the text; nil is the terminal's own.
    public let foreground: Color?
    /// The colour behind it; nil is the terminal's own.
    public let background: Color?
    /// Attributes.
    public let flags: CellFlags

    /// Makes a look; by default the terminal's own.
    public init(foreground: Color? = nil, background: Color? = nil, flags: CellFlags = []) {
        self.foreground = foreground
        self.background = background
        self.flags = flags
    }
}
