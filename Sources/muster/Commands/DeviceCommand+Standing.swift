import ArgumentParser
import EngineSocket

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
        let definition = try order.arguments.load()
        try KnownDevices(definition, order.arguments).expect(order.device)
        let request = EngineRequest(Self.verb, order.device, reason: order.why.reason)
        try CommandDelivery(definition, order.arguments).carryOut(request)
        print("\(Self.verb.rawValue) \(order.device): accepted")
    }
}

extension DeviceCommand {
    private static let exitCodes = "Exit codes: 0 done, 1 it could not be decided, 2 it was refused."

    /// `muster device decommission FLEET DEVICE`.
    struct Decommission: DeviceStep {
        static let configuration = CommandConfiguration(
            abstract: "Take a device out of service: it stays in the registry, and is never offered anything.",
            discussion: exitCodes)
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

    /// `muster device refuse FLEET DEVICE`.
    struct Refuse: DeviceStep {
        static let configuration = CommandConfiguration(
            abstract: "Turn a device that waits away for good.", discussion: exitCodes)
        static let verb = EngineRequest.Verb.refuse
        @OptionGroup var order: DeviceOrderArguments
    }
}
