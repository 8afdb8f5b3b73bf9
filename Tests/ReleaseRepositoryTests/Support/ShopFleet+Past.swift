import FleetCore
import FleetFiles
import Foundation
import ReleaseRepository

extension ShopFleet {
    /// Publishes as an operator did it some hours ago.
    func publish(hoursAgo hours: Int) throws {
        guard let found = FleetDirectory(path: fleet).loadReleases().releases else { throw Failure("no releases") }
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) - .hours(hours)
        let repository = ReleaseRepository(fleet: fleet, state: state, keys: KeyFolder(state: state), now: now)
        let answer = try repository.publish(PublicationOrder(releases: found.map(\.release)))
        guard !answer.isWaiting else { throw Failure("\(answer.lines)") }
    }
}
