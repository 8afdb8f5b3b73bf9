import FleetCore
import FleetEngine

extension RouteTable {
    private static let sorts: [(String, DeviceSortKey)] = [
        ("id", .id), ("region", .region), ("site", .site), ("firmware", .firmware), ("status", .status),
        ("last_seen", .lastSeen),
    ]

    /// What only looks at devices.
    static var deviceRoutes: [APIRoute] {
        [
            APIRoute(
                .get, base + "/devices", "listDevices", "The devices that a selector names.",
                [
                    .query(
                        "filter", .text(longest: 500),
                        "A selector, such as `status = online and firmware < 2.2.0`; a word that is no attribute is the name of a tag. Default: all."
                    ),
                    .query("region", .text(longest: 200), "Only devices of this region."),
                    .query(
                        "sort", .choice(sorts.map(\.0) + sorts.map { "-\($0.0)" }),
                        "By what they are sorted; with a minus sign the other way round. Default: id."),
                    .offset, .limit,
                ], answer: "DevicePage",
                fields: ["ETag": "The number of the latest fact that the answer knows of, quoted."]
            ) { call, desk throws(Problem) in
                let query = try listQuery(call)
                let view = try await desk.ask { $0.view(query) }
                // A view moves rows that would end behind the list; a page begins where it was asked for.
                let rows = view.devices.rows.dropFirst(max(0, call.offset - view.devices.offset))
                    .map(DeviceLine.init)
                return try .of(
                    DevicePage(
                        basis: view.revision, total: view.devices.total, offset: call.offset, devices: rows),
                    basis: view.revision)
            },
            APIRoute(
                .get, base + "/devices/{device}", "getDevice",
                "A device with what it says of itself, its part in updates, and what happened to it.",
                answer: "Device",
                fields: ["ETag": "The number of the latest fact that the answer knows of, quoted; for If-Match."]
            ) { call, desk throws(Problem) in
                var query = ViewQuery()
                query.detail = call.object("device")
                let asked = query
                let view = try await desk.ask { $0.view(asked) }
                guard let detail = view.detail else {
                    throw Problem(
                        .notFound, "there is no device of this id", remedy: "GET \(base)/devices lists them")
                }
                return try .of(DeviceRecordAnswer(detail, basis: view.revision), basis: view.revision)
            },
        ]
    }

    private static func listQuery(_ call: APICall) throws(Problem) -> ViewQuery {
        var query = ViewQuery()
        query.deviceRows = RowRange(offset: call.offset, count: call.limit)
        query.region = call.text("region")
        let sort = call.text("sort") ?? "id"
        let name = sort.drop { $0 == "-" }
        query.sort = DeviceSort(sorts.first { $0.0 == name }?.1 ?? .id, reversed: sort.hasPrefix("-"))
        guard let text = call.text("filter"), !text.allSatisfy(\.isWhitespace) else { return query }
        do throws(SelectorError) {
            query.filter = .selector(try Selector(parsing: text))
        } catch {
            throw Problem(.badRequest, "filter, column \(error.column): \(error.message)", remedy: error.remedy)
        }
        return query
    }
}
