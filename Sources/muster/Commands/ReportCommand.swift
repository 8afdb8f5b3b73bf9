import ArgumentParser
import Console
import FleetCore
import FleetEngine

/// `muster report`: what the registry knows of the fleet as a whole.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Firmware distribution, devices behind a version, not seen, by region and site.")

    @OptionGroup var arguments: FleetArguments

    @Option(help: ArgumentHelp("List devices on versions before this one.", valueName: "version"))
    var under: Version?

    @Option(help: ArgumentHelp("List devices not seen for so many days.", valueName: "days"))
    var unseen: Int = 7

    @Flag(help: "Print JSON.")
    var json = false

    /// The whole report.
    struct Report: Encodable {
        struct Count: Encodable {
            var name: String
            var devices: Int
            var online: Int
            var offline: Int
            var unknown: Int
            var inFlight: Int
        }
        struct Firmware: Encodable {
            var version: String
            var devices: Int
        }
        var fleet: String
        /// The moment of which the report speaks.
        var asOf: String
        var devices: Int
        var firmware: [Firmware]
        var under: String
        var devicesUnder: [String]
        var unseenDays: Int
        var devicesUnseen: [String]
        var regions: [Count]
        var sites: [Count]
    }

    func validate() throws {
        guard (0...36_500).contains(unseen) else { throw ValidationError("--unseen: say 0 to 36500 days") }
    }

    func run() throws {
        let reading = try FleetReading.open(arguments)
        reading.sayContacts()
        let newest = reading.loop.state.releases.keys.max() ?? Version(0, 0, 0)
        let report = try make(reading, under: under ?? newest)
        if json { return try JSONOutput.print(report) }
        printText(report)
        reading.sayMoment()
    }

    private func make(_ reading: FleetReading, under: Version) throws -> Report {
        let loop = reading.loop
        let devices = loop.state.devices
        let all = loop.devices(.all, now: reading.now).filter { devices.lifecycle($0) == .active }
        let silent = try Selector(parsing: "unseen > \(unseen)d and lifecycle = active", knownTags: [])
        let firmware = zip(devices.versions.all, devices.versionCounts).filter { $0.1 > 0 }.sorted { $0.0 > $1.0 }
        return Report(
            fleet: loop.state.settings.name, asOf: reading.now.iso, devices: all.count,
            firmware: firmware.map { Report.Firmware(version: $0.0.shown, devices: $0.1) },
            under: under.description,
            devicesUnder: all.filter { devices.firmware($0).isKnown && devices.firmware($0) < under }.map(devices.id),
            unseenDays: unseen,
            devicesUnseen: loop.devices(silent, now: reading.now).map(devices.id),
            regions: counts(devices.regions.all, devices.regionCounts),
            sites: counts(devices.sites.all, devices.siteCounts))
    }

    private func counts(_ names: [String], _ places: [PlaceCount]) -> [Report.Count] {
        zip(names, places).filter { $0.1.active > 0 }.sorted { $0.0 < $1.0 }.map { name, place in
            Report.Count(
                name: name, devices: place.active, online: place.statuses.online, offline: place.statuses.offline,
                unknown: place.statuses.unknown, inFlight: place.inFlight)
        }
    }

    private func printText(_ report: Report) {
        print("\(report.fleet): \(NumberText.count(report.devices, "device")) in service\n")
        var firmware = Table(["firmware", "#devices"])
        firmware.rows = report.firmware.map { [$0.version, "\($0.devices)"] }
        printSection(firmware)
        printList("Before \(report.under)", report.devicesUnder)
        let days = NumberText.count(report.unseenDays, "day")
        printList("Not seen for \(days), or last contact unknown", report.devicesUnseen)
        for (title, counts) in [("region", report.regions), ("site", report.sites)] {
            var table = Table([title, "#devices", "#online", "#offline", "#unknown", "#in flight"])
            table.rows = counts.map {
                [$0.name, "\($0.devices)", "\($0.online)", "\($0.offline)", "\($0.unknown)", "\($0.inFlight)"]
            }
            printSection(table)
        }
    }

    private func printSection(_ table: Table) {
        for line in table.lines { print(line) }
        print("")
    }

    /// A list, cut where nobody would read on; JSON has all of it.
    private func printList(_ title: String, _ ids: [String]) {
        print("\(title): \(ids.count)")
        var table = Table(["id"])
        table.rows = ids.prefix(50).map { [$0] }
        for line in table.lines.dropFirst() { print("  \(line)") }
        if ids.count > 50 { print("  and \(ids.count - 50) more; --json lists all") }
        print("")
    }
}

extension Version: ExpressibleByArgument {
    /// A version on the command line.
    public init?(argument: String) { self.init(argument) }
}
