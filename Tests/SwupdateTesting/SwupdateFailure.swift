/// What a test could not do or did not see: what happened, what to do about it, and the end of the log where there is
/// one.
public struct SwupdateFailure: Error, CustomStringConvertible {
    public let description: String
}
