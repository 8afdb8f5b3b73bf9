import FleetCore

/// Says what may be installed on terminals, which have nobody who would look at signatures themselves.
public protocol PushTrust: Sendable {
    /// Why a release's files are not to be installed over what a terminal runs; nil: they may be. May read files, and blocks
    /// while it does.
    /// - Parameter running: What the terminal says it runs; nil: it says nothing.
    func objection(to artifacts: [Artifact], of release: Version, over running: Version?) -> String?
}
