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

    /// Whether the machine has a user of this name.
    static func exists(_ name: String) -> Bool {
        var entry = passwd(), found: UnsafeMutablePointer<passwd>?
        var texts = [CChar](repeating: 0, count: 16 << 10)
        return getpwnam_r(name, &entry, &texts, texts.count, &found) == 0 && found != nil
    }

    /// The user whom this process acts for.
    public static var own: String { of(geteuid()) }
}
