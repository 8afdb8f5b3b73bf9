import ArgumentParser
import Cells
import DeviceGateway
import EngineSocket
import FleetCore

extension DeviceCommand {
    /// `muster device add FLEET DEVICE --firmware V`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a device that is in no file of the fleet.",
            discussion: """
                It is kept in the journal, and in service at once. Its status is unknown until it calls in.

                Exit codes: 0 done, 1 it could not be decided or its token not be kept, 2 it was refused.
                """)

        @OptionGroup var arguments: FleetArguments

        @Argument(help: "The device's id, unique in the fleet.")
        var device: String

        @Option(help: ArgumentHelp("The release it runs.", valueName: "version"))
        var firmware: String

        @Option(help: "What people call it.")
        var name = ""

        @Option(help: "Its store. Default: one of its own.")
        var site = ""

        @Option(help: "Its store's region.")
        var region = ""

        @Option(help: "A place for people to read.")
        var location = ""

        @Option(help: ArgumentHelp("Its time zone. Default: its site's, region's or fleet's.", valueName: "zone"))
        var timeZone: String?

        @Option(
            help: ArgumentHelp("Anything else, by which selectors find it; may be repeated.", valueName: "name=value"))
        var tag: [String] = []

        @Flag(help: "Draw a token for it, and print nothing but that.")
        var token = false

        @OptionGroup var why: ReasonArguments

        func validate() throws {
            for text in tag where !text.contains("=") { throw ValidationError("--tag \(text): write it as NAME=VALUE") }
        }

        func run() throws {
            let place = try FleetPlace(arguments)
            if token { try place.expectOwnFiles() }
            let reading = try FleetReading.open(arguments, toChange: true)
            guard !KnownDevices(reading).has(device) else {
                printError(
                    "muster: there is a device \(TextWidth.sanitised(device)) already; "
                        + "give each device an id of its own")
                throw ExitStatus.badInput
            }
            let request = EngineRequest(.register, device, reason: why.reason, device: form(reading.loop.state))
            try CommandDelivery(place).carryOut(request)
            guard token else { return print("register \(device): accepted") }
            let issue = EngineRequest(.issueToken, device, reason: why.reason)
            try CommandDelivery(place).carryOut(issue)
            try Credentials.told {
                print(try CredentialFile.issue(device, directory: place.directory))
            }
        }

        private func form(_ state: FleetState) -> DeviceForm {
            var form = DeviceForm(id: device, firmware: firmware)
            (form.name, form.site, form.region, form.location) = (name, site, region, location)
            form.timeZone = timeZone ?? zone(state)
            for text in tag {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                form.tags[String(parts[0])] = String(parts[1])
            }
            return form
        }

        /// As devices have it that stand nearest.
        private func zone(_ state: FleetState) -> String {
            let records = state.devices.indices.lazy.map { state.devices.record(DeviceIndex(UInt32($0))) }
            let near =
                records.first { !site.isEmpty && $0.site == site }
                ?? records.first { !region.isEmpty && $0.region == region }
            return near?.timeZone ?? state.settings.timeZone
        }
    }
}
