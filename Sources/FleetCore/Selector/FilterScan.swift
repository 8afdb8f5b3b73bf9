/// Filters over the whole registry. What devices share is asked once per shared value, so that a scan over a hundred
/// thousand devices compares texts only where an id, a name or an address is asked for.
struct FilterScan {
    let devices: DeviceTable
    let presence: Presence
    let now: Timestamp

    func places(_ filter: DeviceFilter) -> Bitset {
        switch filter {
        case .everything: all()
        case .selector(let selector): places(selector.expression)
        case .text(let text): places(showing: text)
        }
    }

    private func all() -> Bitset { filled { _ in true } }

    private func filled(_ isIn: (Int) -> Bool) -> Bitset {
        var places = Bitset(capacity: devices.count)
        for offset in devices.indices where isIn(offset) { places[offset] = true }
        return places
    }

    private func places(_ expression: SelectorExpression) -> Bitset {
        switch expression {
        case .all: return all()
        case .and(let left, let right):
            let first = places(left), second = places(right)
            return filled { first[$0] && second[$0] }
        case .or(let left, let right):
            let first = places(left), second = places(right)
            return filled { first[$0] || second[$0] }
        case .not(let inner):
            let inside = places(inner)
            return filled { !inside[$0] }
        case .comparison(let attribute, _, _): return places(expression, of: attribute)
        }
    }

    private func places(_ comparison: SelectorExpression, of attribute: SelectorAttribute) -> Bitset {
        func holds(_ change: (inout ProbeSubject) -> Void) -> Bool {
            var probe = ProbeSubject()
            change(&probe)
            return comparison.matches(probe, now: now, status: nil)
        }
        switch attribute {
        case .site: return byNumber(devices.siteNumbers, devices.sites.all) { site in holds { $0.site = site } }
        case .region: return byNumber(devices.regionNumbers, devices.regions.all) { name in holds { $0.region = name } }
        case .location:
            return byNumber(devices.locationNumbers, devices.locations.all) { name in holds { $0.location = name } }
        case .timeZone:
            return byNumber(devices.zoneNumbers, devices.zoneNames.all) { name in holds { $0.timeZone = name } }
        case .firmware:
            return byNumber(devices.firmwareNumbers, devices.versions.all) { version in holds { $0.firmware = version }
            }
        case .tag:
            var places = byNumber(devices.tagNumbers, devices.tagSets.all) { tags in holds { $0.tags = tags } }
            // Those that describe themselves have tags of their own besides.
            for number in devices.descriptions.keys {
                places[Int(number)] = holds { $0.tags = devices.tags(DeviceIndex(number)) }
            }
            return places
        case .status:
            let verdicts = DeviceStatus.allCases.map { status in holds { $0.status = status } }
            return filled { verdicts[Int(devices.statuses[$0].rawValue)] }
        case .lifecycle:
            let verdicts = DeviceLifecycle.allCases.map { lifecycle in holds { $0.lifecycle = lifecycle } }
            return filled { verdicts[Int(devices.lifecycles[$0].rawValue)] }
        case .id, .name, .address, .unseen:
            return filled { comparison.matches(subject($0), now: now, status: nil) }
        }
    }

    private func byNumber<Number: BinaryInteger, Value>(
        _ numbers: [Number], _ values: [Value], _ holds: (Value) -> Bool
    ) -> Bitset {
        let verdicts = values.map(holds)
        return filled { verdicts[Int(numbers[$0])] }
    }

    private func subject(_ offset: Int) -> DeviceSubject {
        let device = DeviceIndex(UInt32(offset))
        return DeviceSubject(devices, device, lastSeen: presence.lastSeen(device))
    }

    private func places(showing text: String) -> Bitset {
        let search = TextSearch(text)
        let sites = devices.sites.all.map(search.isFound), regions = devices.regions.all.map(search.isFound)
        let locations = devices.locations.all.map(search.isFound)
        let versions = devices.versions.all.map { search.isFound(in: $0.shown) }
        let statuses = DeviceStatus.allCases.map { search.isFound(in: $0.description) }
        let tags = devices.tagSets.all.map { $0.contains { search.isFound(in: $0.value) } }
        var found = filled { offset in
            sites[Int(devices.siteNumbers[offset])] || regions[Int(devices.regionNumbers[offset])]
                || locations[Int(devices.locationNumbers[offset])] || versions[Int(devices.firmwareNumbers[offset])]
                || statuses[Int(devices.statuses[offset].rawValue)] || tags[Int(devices.tagNumbers[offset])]
                || search.isFound(in: devices.identity.text(offset, .id))
                || search.isFound(in: devices.identity.text(offset, .name))
        }
        for (number, tags) in devices.descriptions where !found[Int(number)] {
            let filed = Set(devices.filedTags(DeviceIndex(number)).map(\.name))
            found[Int(number)] = tags.contains { !filed.contains($0.name) && search.isFound(in: $0.value) }
        }
        return found
    }
}

/// A device that has one attribute only: to ask a comparison about a value that many devices share.
private struct ProbeSubject: SelectorSubject {
    var id = "", name = "", address = "", site = "", region = "", location = "", timeZone = ""
    var status = DeviceStatus.unknown
    var lifecycle = DeviceLifecycle.active
    var firmware = Version(0, 0, 0)
    var lastSeen: Timestamp?
    var tags: [Tag] = []
}

extension FleetState {
    /// The places of all devices that a filter shows, decommissioned ones included.
    public func places(_ filter: DeviceFilter, presence: Presence, now: Timestamp) -> Bitset {
        FilterScan(devices: devices, presence: presence, now: now).places(filter)
    }
}
