import FleetCore
import Testing

@Suite struct SSHAddressTests {
    @Test(
        arguments: [
            ("ssh://till@pos-1.example.com:2222", "till", "pos-1.example.com", 2222),
            ("ssh://root@10.0.0.7", "root", "10.0.0.7", nil), ("ssh://a.b_c-1@h_1", "a.b_c-1", "h_1", nil),
            ("ssh://u@[::1]:22", "u", "::1", 22), ("ssh://u@[fe80::1%eth0]", "u", "fe80::1%eth0", nil),
        ] as [(String, String, String, Int?)])
    func anAddressIsRead(text: String, user: String, host: String, port: Int?) throws {
        let address = try SSHAddress(text)
        #expect(address.user == user && address.host == host && address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "ssh:", "ssh://", "ssh://host", "ssh://@host", "ssh://u@", "ssh://u@:22", "ssh://-oProxyCommand=x@host",
        "ssh://u@-oProxyCommand=x", "ssh://u@host:", "ssh://u@host:0", "ssh://u@host:65536", "ssh://u@host:+22",
        "ssh://u@host:22/", "ssh://u@host/path", "ssh://u:secret@host", "ssh://u@h@host", "ssh://u u@host",
        "ssh://u@ho st",
        "ssh://u@$(touch x)", "ssh://$(x)@h", "ssh://u@h;x", "ssh://u@h\nx", "ssh://u@h'x", "ssh://u@[::1",
        "ssh://u@[h]",
        "ssh://u@[::1%]", "ssh://u@::1", "ssh://u@a..b", "ssh://u@.a", "ssh://u@a.-b", "ssh://ü@h", "ssh://u@h\u{0}",
        "SSH://u@h",
        "ssh://u@%h", "ssh://%u@h", "ssh://" + String(repeating: "u", count: 33) + "@h",
        "ssh://u@" + String(repeating: "h", count: 64), "ssh://u@" + String(repeating: "hh.", count: 90) + "h",
    ])
    func whatIsNoneIsRefused(text: String) {
        #expect(SSHAddress.isMeant(by: text))
        #expect(throws: SSHAddress.Fault.self) { try SSHAddress(text) }
    }

    @Test func othersAreNotMeant() {
        for text in ["", "ssh", "https://h", "10.0.0.1", "sshd:x"] { #expect(!SSHAddress.isMeant(by: text)) }
    }
}
