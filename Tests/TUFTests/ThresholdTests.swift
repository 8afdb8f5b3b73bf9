import Testing

@testable import TUF

@Suite struct ThresholdTests {
    private let signers = (0..<3).map { _ in SigningKey(generating: .ed25519) }
    private let timestamp = Timestamp(header: TestRepository.header(1), snapshot: MetaFile(version: 1))

    private func role(_ threshold: Int, _ ids: [String]) -> RoleKeys { RoleKeys(keyIDs: ids, threshold: threshold) }

    private var keys: [String: PublicKey] {
        Dictionary(uniqueKeysWithValues: signers.map { ($0.publicKey.keyID, $0.publicKey) })
    }
    private var ids: [String] { signers.map(\.publicKey.keyID) }

    private func refusal(_ file: Metadata<Timestamp>, _ role: RoleKeys, _ keys: [String: PublicKey]) -> TUFRefusal? {
        do throws(TUFRefusal) {
            try file.verify(by: role, keys: keys, demandOf: "root 1")
            return nil
        } catch { return error }
    }

    private func tooFew(_ valid: Int, of threshold: Int) -> TUFRefusal {
        .tooFewSignatures(file: "timestamp", valid: valid, threshold: threshold, by: "root 1")
    }

    @Test func asManyKeysAsTheThresholdMustHaveSigned() throws {
        let two = try TestRepository.signed(timestamp, by: Array(signers[0..<2]))
        #expect(refusal(two, role(2, ids), keys) == nil)
        #expect(refusal(two, role(3, ids), keys) == tooFew(2, of: 3))
        #expect(refusal(two, role(1, [ids[2]]), keys) == tooFew(0, of: 1))
    }

    @Test func anUnknownKeyIsIgnored() throws {
        let file = try TestRepository.signed(timestamp, by: [SigningKey(generating: .p256), signers[0]])
        #expect(refusal(file, role(1, ids), keys) == nil)
        #expect(refusal(file, role(1, ids), [:]) == tooFew(0, of: 1))
        #expect(refusal(file, role(1, []), keys) == tooFew(0, of: 1))
    }

    @Test func aWrongSignatureBesideEnoughRightOnesDoesNoHarm() throws {
        var file = try TestRepository.signed(timestamp, by: [signers[0]])
        for (index, broken) in ["", "zz", "abc", String(repeating: "00", count: 64)].enumerated() {
            let json = try JSONValue(bytes: file.bytes)
            let more: JSONValue = ["keyid": .string(index == 0 ? ids[1] : "k\(index)"), "sig": .string(broken)]
            var fields = try #require(json.object)
            fields["signatures"] = .array([more] + (fields["signatures"]?.array ?? []))
            file = try Metadata<Timestamp>(bytes: JSONValue.object(fields).bytes)
        }
        #expect(refusal(file, role(1, ids), keys) == nil)
        #expect(refusal(file, role(2, ids), keys) == tooFew(1, of: 2))
    }

    @Test func oneKeyUnderManyIDsCountsOnce() throws {
        var file = Metadata(timestamp)
        var listed: [String: PublicKey] = [:]
        for id in ["a", "b", "c"] {
            try file.sign(with: signers[0], as: id)
            listed[id] = signers[0].publicKey
        }
        #expect(file.signatures.count == 3)
        #expect(refusal(file, role(2, ["a", "b", "c"]), listed) == tooFew(1, of: 2))
    }

    @Test func oneKeyInOtherWordsCountsOnce() throws {
        let key = SigningKey(generating: .p256)
        let text = try #require(key.publicKey.json["keyval"]?["public"]?.string)
        var listed: [String: PublicKey] = [:]
        var file = Metadata(timestamp)
        for (index, type) in ["ecdsa", "ecdsa-sha2-nistp256", "ecdsa"].enumerated() {
            let written = index == 2 ? String(text.dropLast()) : text
            listed["k\(index)"] = PublicKey(keyType: type, scheme: "ecdsa-sha2-nistp256", text: written)
            try file.sign(with: key, as: "k\(index)")
        }
        #expect(Set(listed.values.map(\.keyID)).count == 3)
        #expect(refusal(file, role(2, ["k0", "k1", "k2"]), listed) == tooFew(1, of: 2))
    }

    @Test func signingAgainTakesTheOldPlace() throws {
        var file = try TestRepository.signed(timestamp, by: signers)
        let before = file.signatures
        try file.sign(with: signers[1])
        #expect(file.signatures == before)
    }

    @Test func aChangedFileIsNotSigned() throws {
        let file = try TestRepository.signed(timestamp, by: [signers[0]])
        let text = String(decoding: file.bytes, as: UTF8.self).replacing("\"version\":1}", with: "\"version\":2}")
        let changed = try Metadata<Timestamp>(bytes: Array(text.utf8))
        #expect(refusal(changed, role(1, ids), keys) == tooFew(0, of: 1))
    }
}
