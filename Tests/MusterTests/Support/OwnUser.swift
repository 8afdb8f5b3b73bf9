import Foundation

/// Who runs the tests. Asked once: the system keeps its answer in one place for all threads, and many tests ask at the same
/// time.
enum OwnUser {
    static let name = NSUserName()
}
