import FleetCore

extension CommandKey {
    /// A key that nobody else has: drawn once for each command, and sent along each time.
    public static func draw() -> CommandKey {
        var source = SystemRandomNumberGenerator()
        return CommandKey(high: source.next(), low: source.next())
    }
}
