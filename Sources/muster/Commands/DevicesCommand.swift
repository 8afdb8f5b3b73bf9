import ArgumentParser
import Cells
import Console
import FleetCore
import FleetEngine
import FleetFiles

/// `muster devices`: the registry, filtered.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List devices, all or those a selector names.",
        discussion: """
            A selector: `region = northeast and firmware < 2.2.0 and status = online`. It can ask for id, name, site, \
            address, region, location, firmware, status, lifecycle, timezone, `unseen > 7d`, and any tag by its name.

            \(FleetReading.contactsText)
            """)

    @OptionGroup var arguments: FleetArguments

    @Argument(help: "Which devices; all if left out.")
    var selector: String = "all"

    @Flag(help: "Print JSON.")
    var json = false

    /// One device as JSON.
    private struct Row: Encodable {
        var id: String
        var name: String
        var address: String
        var site: String
        var region: String
        var location: String
        var timeZone: String
        var status: String
        var lifecycle: String
        /// Turned away by an operator: out of service for that.
        var refused: Bool
        @OrNull var held: String?
        var firmware: String
        @OrNull var lastSeen: String?
        var tags: [String: String]
    }

    func run() throws {
        let reading = try FleetReading.open(arguments)
        reading.sayContacts()
        let loop = reading.loop
        let selector = try SelectorArgument.parse(
            selector, tags: reading.definition.devices, and: loop.state.devices.describedNames)
        let devices = loop.devices(selector, now: reading.now)
        if json { return try JSONOutput.print(devices.map { row($0, loop) }) }
        var table = Table(["id", "region", "site", "location", "status", "firmware", "last seen", "name"])
        for device in devices {
            let record = loop.state.devices.record(device)
            table.rows.append([
                record.id, record.region, record.site, record.location, status(record, device, loop),
                record.firmware.shown, loop.machine.presence.lastSeen(device)?.iso ?? "-", record.name,
            ])
        }
        for line in table.lines { print(line) }
        printError("\(devices.count) of \(NumberText.count(loop.state.devices.count, "device"))")
        reading.sayMoment()
    }

    private func status(_ record: DeviceRecord, _ device: DeviceIndex, _ loop: EngineLoop) -> String {
        if loop.state.devices.hold(device) != nil { return "held" }
        if loop.state.devices.isRefused(device) { return "refused" }
        return record.lifecycle == .active ? record.status.description : record.lifecycle.description
    }

    private func row(_ device: DeviceIndex, _ loop: EngineLoop) -> Row {
        let record = loop.state.devices.record(device)
        return Row(
            id: record.id, name: record.name, address: record.address, site: record.site, region: record.region,
            location: record.location, timeZone: record.timeZone, status: record.status.description,
            lifecycle: record.lifecycle.description, refused: loop.state.devices.isRefused(device),
            held: loop.state.devices.hold(device)?.reason.description,
            firmware: record.firmware.shown,
            lastSeen: loop.machine.presence.lastSeen(device)?.iso,
            tags: Dictionary(loop.state.devices.tags(device).map { ($0.name, $0.value) }) { first, _ in first })
    }
}

/// Selectors on the command line.
enum SelectorArgument {
    /// Reads a selector; ends the command with exit code 2, and a mark under the mistake, if it is none.
    static func parse(
        _ text: String, tags devices: [DeviceRecord], and described: [String] = []
    ) throws -> Selector {
        var names = described
        for device in devices {
            for tag in device.tags where !names.contains(tag.name) { names.append(tag.name) }
        }
        do {
            return try Selector(parsing: text, knownTags: names)
        } catch {
            printError("selector:\(error.column): \(error.message); \(error.remedy)")
            printError("  \(TextWidth.sanitised(text))")
            printError("  \(String(repeating: " ", count: max(0, error.column - 1)))^")
            throw ExitStatus.badInput
        }
    }
}

extension EngineLoop {
    /// The devices a selector names, in the order of their ids.
    func devices(_ selector: Selector, now: Timestamp) -> [DeviceIndex] {
        let places = state.places(.selector(selector), presence: machine.presence, now: max(now, state.lastFactAt))
        return state.devices.indices.filter { places[$0] }
            .map { (device: DeviceIndex(UInt32($0)), id: state.devices.id(DeviceIndex(UInt32($0)))) }
            .sorted { $0.id < $1.id }
            .map(\.device)
    }
}
