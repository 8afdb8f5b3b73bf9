import Testing

extension FuzzReader: CustomTestStringConvertible {
    var testDescription: String { name }
}

/// Every reader of outside bytes, with the kept corpus and what damage makes of it: a small part of what `Tests/Fuzz/run`
/// does, the same on every machine.
struct FuzzTests {
    /// Damaged inputs for each reader.
    private static let damaged = 1000
    private static let seed: UInt64 = 2026
    /// Bytes of the whole corpus.
    private static let largestCorpus = 300 << 10

    /// What was found once stays found: its input is in the corpus.
    @Test(arguments: FuzzReader.all) func `the kept corpus`(reader: FuzzReader) throws {
        let inputs = try Corpus.inputs(of: reader)
        #expect(!inputs.isEmpty)
        var accepted = 0
        for (name, bytes) in inputs {
            do { if try reader.check(bytes) { accepted += 1 } } catch {
                Issue.record("Tests/Fuzz/Corpus/\(reader.name)/\(name): \(error)")
            }
        }
        // A corpus of which nothing is accepted would test the way to the first error only.
        #expect(accepted > 0)
    }

    @Test(arguments: FuzzReader.all) func `damaged inputs`(reader: FuzzReader) throws {
        var mutation = Mutation(of: try Corpus.inputs(of: reader).map(\.bytes), for: reader, seed: Self.seed)
        for number in 1...Self.damaged {
            let bytes = mutation.next()
            do { _ = try reader.check(bytes) } catch {
                Issue.record("\(reader.name), seed \(Self.seed), input \(number): \(error); the bytes: \(shown(bytes))")
                return
            }
        }
    }

    @Test func `nothing at all and long noise`() throws {
        for reader in FuzzReader.all {
            _ = try reader.check([])
            var draws = SeededGenerator(seed: Self.seed)
            _ = try reader.check((0..<20_000).map { _ in UInt8.random(in: 0...255, using: &draws) })
        }
    }

    @Test func `the corpus is small`() throws {
        #expect(try Corpus.size() <= Self.largestCorpus)
    }

    /// The input as a Swift literal, to be put into a test.
    private func shown(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self)?.debugDescription ?? "\(bytes)"
    }
}
