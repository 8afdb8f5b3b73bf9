import FleetCore
import FleetEngine
import Foundation
import GRDB

/// A row of `facts`, whose columns may hold anything if the file is damaged.
struct RecordRow {
    var commit: Int64
    var at: Int64
    var body: [UInt8]
    /// What proves the record: its hash, in version 1 its checksum.
    var proof: DatabaseValue

    /// Reads sequence, commit, moment, body and proof of the record that must have this number.
    init(_ row: Row, number: Int64, path: String) throws(FactLogError) {
        guard let sequence = Int64.fromDatabaseValue(row[0]), sequence == number else {
            throw .damaged(path, "record \(number) is missing")
        }
        guard let commit = Int64.fromDatabaseValue(row[1]), let at = Int64.fromDatabaseValue(row[2]),
            let body = Data.fromDatabaseValue(row[3])
        else { throw .damaged(path, "record \(number) is not of this form") }
        (self.commit, self.at) = (commit, at)
        self.body = [UInt8](body)
        proof = row[4]
    }

    /// The fact, if the record goes on the chain.
    func fact(behind read: inout RecordChain, path: String) throws(FactLogError) -> Fact {
        var next = read
        next.advance(commit: commit, at: at, body: body)
        guard let hash = Data.fromDatabaseValue(proof), next.hash == RecordHash(bytes: hash) else {
            throw .changed(path, record: next.count)
        }
        do {
            let fact = try FactCoder.decode(body)
            read = next
            return fact
        } catch {
            throw FactLogError(
                "\(path): record \(next.count) cannot be read: \(error)",
                remedy: "start the muster that wrote it, or a later one")
        }
    }
}

extension FactLogError {
    /// A record that breaks the chain.
    static func changed(_ path: String, record: Int64) -> FactLogError {
        .damaged(path, "record \(record) is not what was written")
    }
}
