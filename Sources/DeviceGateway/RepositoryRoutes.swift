import FleetCore
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// The requests of clients of The Update Framework: metadata, and the files of releases by version, hash and name.
///
/// Neither asks for a token. Everything here is signed, and a client believes the signatures and not the server, so that
/// any mirror may hold it; and clients of the framework, python-tuf's among them, have no way to send one. A fleet opens
/// this door by having a repository.
struct RepositoryRoutes: Sendable {
    typealias Context = DeviceRequestContext

    /// Digits of a SHA-256, which stand before a target's name.
    private static let hashLength = 64
    /// Under which region deliveries to those who are no device are counted.
    static let region = "tuf"

    let options: DeviceGateway.Options
    let repository: any SignedRepository
    let artifacts: any ArtifactSource
    let isSecured: Bool
    let guards: RequestGuards

    func addRoutes(to router: Router<Context>) {
        let metadata = RouterPath("/:tenant/tuf/metadata/:file")
        router.get(metadata) { request, context in try await self.metadata(request, context) }
        router.head(metadata) { request, context in try await self.metadata(request, context).createHeadResponse() }
        let target = RouterPath("/:tenant/tuf/targets/releases/:version/:file")
        router.get(target) { request, context in try await self.target(request, context) }
        router.head(target) { request, context in try await self.target(request, context) }
    }

    /// A name that is not there is the end of every walk through the roots, and no refusal that anybody should read of.
    private func metadata(_ request: Request, _ context: Context) async throws -> Response {
        try expectAllowed(context)
        guard let name = context.parameters.get("file").flatMap({ PathSegment.name($0) }) else {
            throw HTTPError(.notFound)
        }
        let repository = repository
        let bytes = try await NIOThreadPool.singleton.runIfActive { repository.metadata(name) }
        guard let bytes else { return Response(status: .notFound) }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// `HASH.NAME` of a release, whole or in part.
    private func target(_ request: Request, _ context: Context) async throws -> Response {
        try expectAllowed(context)
        guard let version = context.parameters.get("version").flatMap({ PathSegment.name($0) }),
            let file = context.parameters.get("file").flatMap({ PathSegment.name($0) }),
            file.utf8.count > Self.hashLength + 1, file.utf8.dropFirst(Self.hashLength).first == UInt8(ascii: ".")
        else { throw HTTPError(.notFound) }
        let sha256 = String(file.prefix(Self.hashLength)), name = String(file.dropFirst(Self.hashLength + 1))
        let found = try await NIOThreadPool.singleton.runIfActive { [repository, artifacts] in
            repository.target(version: version, name: name, sha256: sha256).map { target in
                artifacts.file(target.artifact, of: target.release)
            }
        }
        guard let found else { throw HTTPError(.notFound) }
        guard let found else { throw FileUnavailable() }
        return try deliver(found, request, context)
    }

    private func deliver(_ file: DeliverableFile, _ request: Request, _ context: Context) throws -> Response {
        let delivery = FileDelivery(
            file: file, channel: context.channel, meters: guards.meters, sendsFromMemory: !isSecured
        ) { now in
            guards.shares.open(context.address, region: Self.region, bytesPerSecondPerRegion: nil, now: now)
        }
        return try delivery.response(to: request) { _ in }
    }

    /// Nobody has proven anything here, so an address is what can be counted.
    private func expectAllowed(_ context: Context) throws(HTTPError) {
        let tenant = context.parameters.get("tenant").flatMap { PathSegment.name($0) }
        guard tenant == options.tenant || tenant == "DEFAULT" else { throw HTTPError(.notFound) }
        try guards.limiter.expectVisit(from: context.address)
    }
}
