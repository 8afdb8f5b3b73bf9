import Foundation

/// Names of this machine's users.
public enum UserName {
    /// A user's name; `uid N` if it has none.
    public static func of(_ user: uid_t) -> String {
        var entry = passwd(), found: UnsafeMutablePointer<passwd>?
        var texts = [CChar](repeating: 0, count: 16 << 10)
        // The entry points into the buffer.
        let name: String? = texts.withUnsafeMutableBufferPointer { buffer in
            guard let space = buffer.baseAddress, getpwuid_r(user, &entry, space, buffer.count, &found) == 0,
                found != nil
            else { return nil }
            return String(cString: entry.pw_name)
        }
        return name ?? "uid \(user)"
    }

    /// The user whom this process acts for.
    public static var own: String { of(geteuid()) }

    /// Who is at the other end of a Unix socket, as the kernel knows it; nil: it does not.
    static func ofPeer(_ descriptor: Int32) -> String? {
        var credentials = PeerCredentials()
        let size = MemoryLayout<PeerCredentials>.size
        var length = socklen_t(size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, length == size else {
            return nil
        }
        return of(credentials.user)
    }

    /// The kernel's `struct ucred`, which the C library does not show to Swift.
    private struct PeerCredentials {
        var process: pid_t = 0
        var user: uid_t = 0
        var group: gid_t = 0
    }
}
