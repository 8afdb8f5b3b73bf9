import FleetCore
import Foundation

/// Users of this machine, by the kernel's word.
extension LocalUser {
    /// The most groups of one user that are looked at.
    private static let mostGroups = 1024

    /// The user whom this process acts for, who is the owner of what it runs.
    public static var own: LocalUser {
        var groups = [gid_t](repeating: 0, count: mostGroups)
        let count = getgroups(Int32(groups.count), &groups)
        let others = count > 0 ? groups[..<Int(count)] : []
        return LocalUser(user: geteuid(), groups: [getegid()] + others)
    }

    /// The number of the user who has connected to the other end of a Unix socket; nil: the kernel does not know.
    static func number(ofPeer descriptor: Int32) -> uid_t? { credentials(ofPeer: descriptor)?.user }

    /// The process at the other end of a Unix socket, or that listens there; nil: the kernel does not know.
    static func process(ofPeer descriptor: Int32) -> Int? {
        guard let process = credentials(ofPeer: descriptor)?.process, process > 0 else { return nil }
        return Int(process)
    }

    /// Who has connected to the other end of a Unix socket; nil: the kernel does not know.
    static func ofPeer(_ descriptor: Int32) -> LocalUser? {
        guard let peer = credentials(ofPeer: descriptor) else { return nil }
        return LocalUser(user: peer.user, groups: [peer.group] + (groups(ofPeer: descriptor) ?? knownGroups(peer)))
    }

    private static func credentials(ofPeer descriptor: Int32) -> PeerCredentials? {
        var peer = PeerCredentials()
        let size = MemoryLayout<PeerCredentials>.size
        var length = socklen_t(size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0, length == size else { return nil }
        return peer
    }

    private init(user: uid_t, groups: [gid_t]) {
        self.init(
            name: UserName.of(user), groups: Set(groups).sorted().compactMap(UserName.ofGroup),
            isOwner: user == 0 || user == geteuid())
    }

    /// The groups that the process had when it connected; nil: the kernel does not tell.
    private static func groups(ofPeer descriptor: Int32) -> [gid_t]? {
        var groups = [gid_t](repeating: 0, count: mostGroups)
        var length = socklen_t(groups.count * MemoryLayout<gid_t>.size)
        guard getsockopt(descriptor, SOL_SOCKET, peerGroups, &groups, &length) == 0 else { return nil }
        return Array(groups.prefix(Int(length) / MemoryLayout<gid_t>.size))
    }

    /// The groups that the system's own records give a user.
    private static func knownGroups(_ peer: PeerCredentials) -> [gid_t] {
        var groups = [gid_t](repeating: 0, count: mostGroups)
        var count = Int32(groups.count)
        guard getgrouplist(UserName.of(peer.user), peer.group, &groups, &count) >= 0 else { return [] }
        return Array(groups.prefix(Int(count)))
    }

    /// `SO_PEERGROUPS` of Linux, which the C library does not show to Swift.
    private static let peerGroups: Int32 = 59

    /// The kernel's `struct ucred`, which the C library does not show to Swift.
    private struct PeerCredentials {
        var process: pid_t = 0
        var user: uid_t = 0
        var group: gid_t = 0
    }
}

extension UserName {
    /// The most bytes of a group's entry: it names its members.
    private static let longestEntry = 1 << 20

    /// A group's name; nil: it has none.
    static func ofGroup(_ group: gid_t) -> String? {
        var entry = Foundation.group(), found: UnsafeMutablePointer<Foundation.group>?
        var texts = [CChar](repeating: 0, count: 16 << 10)
        while true {
            // The entry points into the buffer.
            let (code, name) = texts.withUnsafeMutableBufferPointer { buffer -> (Int32, String?) in
                guard let space = buffer.baseAddress else { return (EINVAL, nil) }
                let code = getgrgid_r(group, &entry, space, buffer.count, &found)
                return (code, code == 0 && found != nil ? String(cString: entry.gr_name) : nil)
            }
            guard code == ERANGE, texts.count < longestEntry else { return name }
            texts = [CChar](repeating: 0, count: texts.count * 4)
        }
    }
}
