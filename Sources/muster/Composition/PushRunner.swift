import ArtifactStore
import DeviceGateway
import FleetCore
import FleetEngine
import FleetFiles
import Foundation
import Logging
import PushOverSSH

/// Drives a fleet's terminals by SSH beside an engine: those whose address says so. The others call in by themselves.
struct PushRunner: Sendable {
    /// Files of releases that are held open at once, beside those of the gateway.
    private static let mostOpen = 16

    /// Where the engine sends its orders.
    let driver: PushDriver

    /// nil: the fleet says nothing of how terminals are driven by SSH.
    /// - Parameters:
    ///   - fleet: The fleet's directory.
    ///   - directory: Where the fleet's state is kept.
    ///   - repository: What is signed of the fleet's releases.
    init?(
        _ definition: FleetDefinition, fleet: String, directory: String, repository: RepositoryService, logger: Logger
    ) {
        guard let settings = definition.push else { return nil }
        let files = StoredFiles(
            ArtifactStore(state: directory), fleet: fleet, capacity: Self.mostOpen,
            objection: { repository.objection(to: $0, of: $1) }, logger: logger)
        driver = PushDriver(
            PushDriver.Options(settings: settings, heartbeat: definition.settings.heartbeat),
            files: PushedFiles(files: files), trust: repository
        ) { device, message in
            logger.notice("a push over SSH", metadata: ["device": "\(device)", "reason": "\(message)"])
        }
    }

    /// Ends the visits.
    func stop() {
        wait { [driver] in await driver.stop() }
    }
}

/// The files that the gateway delivers, for those who are pushed to.
private struct PushedFiles: PushFileSource {
    let files: StoredFiles

    private struct Pushed: PushFile {
        let file: DeliverableFile

        var isUnchanged: Bool { file.bytes.isUnchanged }

        func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int {
            try file.bytes.read(at: offset, into: piece)
        }
    }

    func file(_ artifact: Artifact, of release: Version) -> (any PushFile)? {
        files.file(artifact, of: release).map { Pushed(file: $0) }
    }
}

/// Several ways to devices: each takes the orders of those whom it reaches.
final class DeviceLinks: DeviceLink, Sendable {
    private let links: [any DeviceLink & Sendable]

    /// A link of these.
    init(_ links: [any DeviceLink & Sendable]) { self.links = links }

    func send(_ orders: [Order]) {
        for link in links { link.send(orders) }
    }
}
