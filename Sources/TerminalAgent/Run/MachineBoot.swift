import Foundation

/// The machine's present boot.
public enum MachineBoot {
    /// Its name, other at each boot.
    public static func id() throws -> String {
        guard let bytes = try SystemDisk().read("/proc/sys/kernel/random/boot_id", atMost: 128), !bytes.isEmpty else {
            throw StorageFailure("/proc/sys/kernel/random/boot_id cannot be read; is /proc mounted?")
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
