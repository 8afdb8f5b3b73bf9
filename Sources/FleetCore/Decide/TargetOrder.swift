/// The frozen order of an update's targets: stable, drawn from the update's seed and the devices' ids, and spread over
/// regions and sites, so that the first phase is not all one store.
enum TargetOrder {
    private struct Entry {
        var device: DeviceIndex
        var region: Int
        var site: Int
        var draw: UInt64
        var siteDraw: UInt64
        var rankAtSite = 0
        /// Where in its region the device stands, as a share of the region in units of 2^-32.
        var share: UInt64 = 0
    }

    /// Devices in the order in which phases take them.
    ///
    /// Inside a site by draw; inside a region first one device of each site, then the second of each, and so on; the
    /// regions are interleaved in proportion to their sizes.
    static func sorted(_ targets: [DeviceIndex], in devices: DeviceTable, seed: UInt64) -> [DeviceIndex] {
        var entries = targets.map { device in
            Entry(
                device: device, region: devices.regionNumber(device), site: devices.siteNumber(device),
                draw: StableHash.of(devices.id(device), seed: seed),
                siteDraw: StableHash.of(devices.site(device), seed: seed))
        }
        rankAtSites(&entries)
        shareRegions(&entries)
        entries.sort { ($0.share, $0.draw, $0.device) < ($1.share, $1.draw, $1.device) }
        return entries.map(\.device)
    }

    private static func rankAtSites(_ entries: inout [Entry]) {
        entries.sort { ($0.site, $0.draw, $0.device) < ($1.site, $1.draw, $1.device) }
        for index in entries.indices.dropFirst() where entries[index].site == entries[index - 1].site {
            entries[index].rankAtSite = entries[index - 1].rankAtSite + 1
        }
    }

    private static func shareRegions(_ entries: inout [Entry]) {
        entries.sort {
            ($0.region, $0.rankAtSite, $0.siteDraw, $0.draw, $0.device.rawValue)
                < ($1.region, $1.rankAtSite, $1.siteDraw, $1.draw, $1.device.rawValue)
        }
        var start = 0
        while start < entries.count {
            var end = start
            while end < entries.count, entries[end].region == entries[start].region { end += 1 }
            let size = UInt64(end - start)
            for index in start..<end {
                let place = UInt64(index - start) << 32
                entries[index].share = (place + entries[index].draw >> 32) / size
            }
            start = end
        }
    }
}
