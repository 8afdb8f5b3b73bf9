import Foundation

/// What of a terminal changes.
///
/// Unchecked, because the compiler does not know that the lock guards every variable.
final class SwupdateTerminalState: @unchecked Sendable {
    /// Held, because their folder has the certificate that the terminal trusts.
    let images: SwupdateImages
    private let lock = NSLock()
    private var currentAttributes: [String: String]
    private var lastRun: SwupdateRun?
    private var lastServer: SwupdateTerminal.Server?

    init(images: SwupdateImages, attributes: [String: String]) {
        self.images = images
        currentAttributes = attributes
    }

    var attributes: [String: String] {
        get { lock.withLock { currentAttributes } }
        set { lock.withLock { currentAttributes = newValue } }
    }
    /// The last run, also when it has ended.
    var run: SwupdateRun? { lock.withLock { lastRun } }
    /// Where it reported last.
    var server: SwupdateTerminal.Server? { lock.withLock { lastServer } }

    func started(_ run: SwupdateRun, server: SwupdateTerminal.Server) {
        lock.withLock {
            lastRun = run
            lastServer = server
        }
    }
}
