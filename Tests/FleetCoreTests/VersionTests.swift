import FleetCore
import Testing

@Suite struct VersionTests {
    /// Ascending: the example of Semantic Versioning 2.0.0, section 11, and what it implies.
    static let ascending = [
        "0.0.0-0", "0.0.0", "0.0.1", "0.1.0", "0.10.0", "1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-10",
        "1.0.0-18446744073709551615", "1.0.0-18446744073709551616", "1.0.0-99999999999999999999",
        "1.0.0-100000000000000000000", "1.0.0--0", "1.0.0--1", "1.0.0-0a", "1.0.0-Alpha", "1.0.0-alpha",
        "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
        "1.0.0+a", "1.0.0+b", "1.0.1-rc.1", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "2.1.0", "2.1.1", "10.0.0",
        "4294967295.0.0",
    ]

    @Test func orderIsThatOfTheSpecification() throws {
        let versions = try Self.ascending.map { try #require(Version($0)) }
        for (left, right) in versions.indices.flatMap({ left in versions.indices.map { (left, $0) } }) {
            let texts = "\(versions[left]) and \(versions[right])"
            #expect((versions[left] < versions[right]) == (left < right), "\(texts)")
            #expect((versions[left] == versions[right]) == (left == right), "\(texts)")
        }
    }

    @Test(arguments: [
        ("2.4", "2.4.0"), ("2", "2.0.0"), ("v2.4", "2.4.0"), ("2-rc.1", "2.0.0-rc.1"), ("1.0.0+001", "1.0.0+001"),
        ("1.0.0-rc+rc", "1.0.0-rc+rc"), ("1.0.0-1+1", "1.0.0-1+1"), ("1.0.0--", "1.0.0--"), ("1.0.0+a-b", "1.0.0+a-b"),
        ("1.0.0-x-y-z.--", "1.0.0-x-y-z.--"), ("1.0.0-0a.00b", "1.0.0-0a.00b"),
    ])
    func texts(_ pair: (text: String, description: String)) throws {
        let version = try #require(Version(pair.text))
        #expect(version.description == pair.description)
        let again = try #require(Version(version.description))
        #expect(again == version)
        #expect(again.hashValue == version.hashValue)
    }

    @Test(arguments: [
        "", "v", "1.2.3.4", "1..2", ".1", "1.", "01.2.3", "1.02", "-1.0.0", "+1.0.0", "1.0.0-", "1.0.0+", "1.0.0-a..b",
        "1.0.0-01", "1.0.0-a.01", "1.0.0-01+01", "1.0.0+a+b", "1.0.0-ä", "1.0.0 ", " 1.0.0", "1.0.0-a_b", "١.0.0",
        "4294967296.0.0", "1.0.0-\u{301}", "1.0.0\u{301}", "1.0.0\r\n", "vv1", "V1", "latest",
        "1.0.0-" + String(repeating: "a", count: 59),
    ])
    func whatIsNoVersion(_ text: String) {
        #expect(Version(text) == nil)
    }

    /// A journal keeps versions as text: what was read once must be read again.
    @Test(arguments: 50...70)
    func everyVersionThatIsReadIsReadAgainFromItsText(_ length: Int) {
        let text = "2-" + String(repeating: "a", count: length - 2)
        let version = Version(text)
        #expect((version != nil) == (length <= 60))
        #expect(version.flatMap { Version($0.description) } == version)
    }

    /// Parts that are put together by hand are not checked; the order must still agree with equality.
    @Test func orderAgreesWithEqualityForUncheckedParts() {
        let prereleases = ["a", "a.", "a..b", "a.b", ".a", "01", "1", "001", ".", ""]
        let versions = prereleases.map { Version(1, 0, 0, prerelease: $0) }
        for left in versions {
            for right in versions {
                let relations = [left < right, left == right, left > right].filter { $0 }
                #expect(relations.count == 1, "\(left) and \(right)")
            }
        }
    }
}
