import ArgumentParser
import Console
import EngineSocket
import FleetCore

/// A command that changes where a device stands with the fleet.
protocol DeviceStep: ParsableCommand {
    static var verb: EngineRequest.Verb { get }
    var order: DeviceOrderArguments { get }
}

/// Which device, and why.
struct DeviceOrderArguments: ParsableArguments {
    @OptionGroup var arguments: FleetArguments
    @OptionGroup var why: ReasonArguments

    @Argument(help: "The device's id.")
    var device: String
}

extension DeviceStep {
    func run() throws {
        let place = try FleetPlace(order.arguments)
        // Who may not read the journal leaves it to the engine to know the device.
        if place.mayRead { try KnownDevices(order.arguments).expect(order.device) }
        let request = EngineRequest(Self.verb, order.device, reason: order.why.reason)
        try CommandDelivery(place).carryOut(request)
        print("\(Self.verb.rawValue) \(order.device): accepted")
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
            abstract: "Take a device that waits into service.", discussion: exitCodes)
        static let verb = EngineRequest.Verb.accept
        @OptionGroup var order: DeviceOrderArguments
    }

    /// `muster device refuse FLEET DEVICE...`.
    struct Refuse: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn devices that wait away for good.",
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
            if ids.count == 1, done == 1 { return print("refuse \(ids[0]): accepted") }
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
