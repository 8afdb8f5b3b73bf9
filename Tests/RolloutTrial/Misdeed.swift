import FleetCore
import TerminalClients

/// What a terminal does that a good one does not.
public enum Misdeed: Hashable, Sendable, CaseIterable {
    /// Its connection breaks in the middle of files, at random bytes; it goes on with `If-Range`, with `Range` alone,
    /// or from the beginning.
    case cutResumesIfSame, cutResumesPlainly, cutBeginsAnew
    /// It vanishes in the middle of a download, and comes back after its deadline with what it had.
    case vanishesDownloading
    /// It vanishes in the middle of a download for good.
    case diesDownloading
    /// It vanishes while it installs, on the old release and without what it had fetched, and comes back.
    case vanishesInstalling
    /// It vanishes after its restart, on the new release, before it has said so, and comes back.
    case vanishesRestarted
    /// It says that it is done, and runs the old release.
    case claimsOnOldRelease
    /// It says that it is done and has fetched nothing; of its version it says nothing.
    case claimsWithoutBytes
    /// It says `downloaded` and that it is done, and has fetched nothing; of its version it says nothing.
    case claimsDownloadedWithoutBytes
    /// It says that it is done with half a file, and runs the old release.
    case claimsWithHalf
    /// It tells the new version, and has fetched nothing, or half a file.
    case tellsVersionWithoutBytes, tellsVersionWithHalf

    /// How it goes on with a file that was cut; nil: it was not.
    var resumeRule: ResumeRule? {
        switch self {
        case .cutResumesIfSame: .ifSame
        case .cutResumesPlainly: .plainRange
        case .cutBeginsAnew: .anew
        default: nil
        }
    }

    /// Whether it can end on the new release in spite of all.
    public var canSucceed: Bool {
        switch self {
        case .cutResumesIfSame, .cutResumesPlainly, .cutBeginsAnew, .vanishesDownloading, .vanishesInstalling,
            .vanishesRestarted:
            true
        case .diesDownloading, .claimsOnOldRelease, .claimsWithoutBytes, .claimsDownloadedWithoutBytes,
            .claimsWithHalf, .tellsVersionWithoutBytes, .tellsVersionWithHalf:
            false
        }
    }
}
