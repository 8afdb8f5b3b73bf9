import Foundation

/// Who runs the tests. Asked once: the system's own answer is kept in one place for all threads, and tests that asked at the
/// same time have ended the process.
enum OwnUser {
    static let name = NSUserName()
}
