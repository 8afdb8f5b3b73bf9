import ArgumentParser
import Cells
import Console
import EngineSocket
import FleetCore

/// A command that changes where a device stands with the fleet.
protocol DeviceStep: ParsableCommand {
    static var verb: EngineRequest.Verb { get }
    var order: DeviceOrderArguments { get }
    /// What the fleet's files will make of it; nil: it stays.
    func objection(_ place: FleetPlace) -> String?
}

/// Which device, and why.
struct DeviceOrderArguments: ParsableArguments {
    @OptionGroup var arguments: FleetArguments
    @OptionGroup var why: ReasonArguments

    @Argument(help: "The device's id.")
    var device: String
}

extension DeviceStep {
    func objection(_ place: FleetPlace) -> String? { nil }

    func run() throws {
        let place = try FleetPlace(order.arguments)
        // Who may not read the journal leaves it to the engine to know the device.
        if place.mayRead { try KnownDevices(order.arguments).expect(order.device) }
        let request = EngineRequest(Self.verb, order.device, reason: order.why.reason)
        let note = try CommandDelivery(place).carryOut(request)
        print(TextWidth.sanitised("\(Self.verb.rawValue) \(order.device): \(note ?? "accepted")"))
        if let objection = objection(place) { printError("muster: \(TextWidth.sanitised(objection))") }
    }
}

extension DeviceCommand {
    private static let exitCodes = "Exit codes: 0 done, 1 it could not be decided, 2 it was refused."

    /// `muster device decommission FLEET DEVICE`.
    struct Decommission: DeviceStep {
        static let configuration = CommandConfiguration(
            abstract: "Take a device out of service: it stays in the registry, and is never offered anything.",
            discussion: """
                It counts at once, whatever the device is doing: it is let in no more, a download under way is cut, and its \
                attempt is over, skipped if it has installed nothing yet and failed if it may have.

                \(exitCodes)
                """)
        static let verb = EngineRequest.Verb.decommission
        @OptionGroup var order: DeviceOrderArguments
    }

    /// `muster device accept FLEET DEVICE`.
    struct Accept: DeviceStep {
        static let configuration = CommandConfiguration(
            abstract: "Take a device that waits or is held into service, or one that was taken out back.",
            discussion: """
                One that was refused or decommissioned is in service again. Where the fleet's files say `lifecycle: \
                decommissioned` of it, the next start of the engine takes it out once more.

                \(exitCodes)
                """)
        static let verb = EngineRequest.Verb.accept
        @OptionGroup var order: DeviceOrderArguments

        func objection(_ place: FleetPlace) -> String? {
            guard
                let filed = place.readableDefinition?.devices.first(where: {
                    ExactText($0.id) == ExactText(order.device)
                }),
                filed.lifecycle == .decommissioned
            else { return nil }
            return "the files say that \(order.device) is decommissioned: the next start of the engine takes it out of "
                + "service again; remove its `lifecycle` there"
        }
    }

    /// `muster device refuse FLEET DEVICE...`.
    struct Refuse: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn devices that wait away, until somebody accepts them.",
            discussion: """
                With --waiting all that called in by themselves and wait; those that are held or that the files name are \
                not among them. At most \(Introduction.mostWaiting) devices may wait: if the list is full of strangers, \
                this makes room.

                \(DeviceCommand.exitCodes)
                """)

        @OptionGroup var arguments: FleetArguments
        @OptionGroup var why: ReasonArguments

        @Argument(help: "The ids of the devices.")
        var devices: [String] = []

        @Flag(help: "All that called in by themselves and wait.")
        var waiting = false

        func validate() throws {
            guard devices.isEmpty == waiting else {
                throw ValidationError("say which devices: by their ids, or --waiting for all that wait")
            }
        }

        func run() throws {
            let place = try FleetPlace(arguments), ids = try chosen(place)
            let requests = ids.map { EngineRequest(.refuse, $0, reason: why.reason) }
            let done = try CommandDelivery(place).carryOut(all: requests)
            if ids.count == 1, !waiting {
                guard done == 1 else { throw ExitStatus.badInput }
                return print(TextWidth.sanitised("refuse \(ids[0]): accepted"))
            }
            print("refused \(NumberText.count(done, "device"))")
            if done < ids.count { throw ExitStatus.badInput }
        }

        private func chosen(_ place: FleetPlace) throws -> [String] {
            guard place.mayRead else {
                // Who may not read the journal leaves it to the engine to know the devices.
                guard waiting else { return devices }
                printError("muster: who waits says the journal, which you may not read; name the devices")
                throw ExitStatus.badInput
            }
            let known = try KnownDevices(arguments)
            for device in devices { try known.expect(device) }
            return waiting ? known.waiting : devices
        }
    }
}
