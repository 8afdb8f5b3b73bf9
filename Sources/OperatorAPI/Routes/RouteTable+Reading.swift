import FleetCore
import FleetEngine

extension RouteTable {
    private static let etag = ["ETag": "The number of the latest fact that the answer knows of, quoted; for If-Match."]

    /// What only looks.
    static var readingRoutes: [APIRoute] {
        [
            APIRoute(
                .get, base + "/status", "getStatus",
                "How the fleet stands: the engine, updates under way, devices, and what waits for a person.",
                answer: "Status"
            ) { call, desk throws(Problem) in
                let host = desk.host
                return try .of(try await desk.ask { $0.status(host.identity) })
            },
            APIRoute(
                .get, base + "/updates", "listUpdates", "The updates, in the order in which they were drafted.",
                [.offset, .limit], answer: "UpdateList", fields: etag
            ) { call, desk throws(Problem) in
                let (offset, limit) = (call.offset, call.limit)
                let list = try await desk.ask { driver in
                    let view = driver.view(ViewQuery()), state = driver.reading.state
                    let rows = view.updates.dropFirst(offset).prefix(limit).compactMap { summary in
                        state.update(summary.id).map { UpdateLine(summary, of: $0, in: state) }
                    }
                    return UpdateList(basis: view.revision, total: view.updates.count, offset: offset, updates: rows)
                }
                return try .of(list, basis: list.basis)
            },
            APIRoute(
                .get, base + "/updates/{update}", "getUpdate", "An update with its phases, gate, waits and causes.",
                answer: "Update", fields: etag
            ) { call, desk throws(Problem) in
                let id = call.object("update")
                let detail = try await desk.ask { driver -> UpdateDetail? in
                    guard let record = driver.reading.state.update(id) else { return nil }
                    var query = ViewQuery()
                    query.update = id
                    let view = driver.view(query)
                    return view.update.map {
                        UpdateDetail(
                            $0, FleetStatus.Update($0, of: record, in: driver.reading.state), basis: view.revision)
                    }
                }
                guard let detail else { throw Self.noUpdate(id) }
                return try .of(detail, basis: detail.basis)
            },
            APIRoute(
                .get, base + "/updates/{update}/preview", "previewUpdate",
                "What starting a draft, or rolling back what has started, would change.", answer: "Preview",
                fields: etag
            ) { call, desk throws(Problem) in
                let (view, summary) = try await view(call.object("update"), desk) { query, summary in
                    if summary.status == .draft {
                        query.startPreview = summary.id
                    } else {
                        query.rollbackPreview = summary.id
                    }
                }
                return try .of(PreviewAnswer(view, summary), basis: view.revision)
            },
            APIRoute(
                .get, base + "/releases", "listReleases", "The releases with their files, oldest first.",
                [.offset, .limit], answer: "ReleaseList"
            ) { call, desk throws(Problem) in
                let (offset, limit) = (call.offset, call.limit)
                let list = try await desk.ask { driver in
                    let releases = driver.reading.state.releases.values
                    return ReleaseList(
                        total: releases.count, offset: offset,
                        releases: releases.dropFirst(offset).prefix(limit).map(ReleaseLine.init))
                }
                return try .of(list)
            },
            eventRoute,
        ]
    }

    /// A view of an update that there is.
    /// - Parameter add: Asks for more, by the update as it stands.
    private static func view(
        _ id: String, _ desk: OperatorDesk, _ add: @escaping @Sendable (inout ViewQuery, UpdateSummary) -> Void
    ) async throws(Problem) -> (FleetView, UpdateSummary) {
        let found = try await desk.ask { driver -> (FleetView, UpdateSummary)? in
            guard driver.reading.state.updateIndex(of: id) != nil else { return nil }
            var query = ViewQuery()
            query.update = id
            guard let summary = driver.view(query).updates.first(where: { $0.id == id }) else { return nil }
            add(&query, summary)
            return (driver.view(query), summary)
        }
        guard let found else { throw noUpdate(id) }
        return found
    }

    private static func noUpdate(_ id: String) -> Problem {
        Problem(.notFound, "there is no update of this id", remedy: "GET \(base)/updates lists them")
    }
}
