import FleetCore

/// A durable record with what ties it to the one before it. Whoever holds one has it from a chain that was proven from
/// the first record to this one.
public struct JournalRecord: Hashable, Sendable {
    /// Its number, from 1.
    public var sequence: Int
    /// What it records.
    public var fact: Fact
    /// Its hash.
    public var hash: RecordHash
    /// The hash of the record before it; of the first one, that of the empty journal.
    public var previousHash: RecordHash
}
