import ArgumentParser
import Cells
import DeviceGateway
import EngineSocket

extension DeviceCommand {
    /// `muster device token FLEET [DEVICE]`.
    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a token by which a device calls in, and print it.",
            discussion: """
                The token takes the place of the one that the device had, at once also for an engine that runs. Only \
                its SHA-256 is kept: it is printed this once. Without a device it is the fleet's gateway token, by which \
                any device may call in. With --revoke no token is drawn, and the one that there was is worth nothing. \
                Either stands in the audit with your name, never the token itself.

                Exit codes: 0 done, 1 it cannot be kept or written down, 2 there is no such device.
                """)

        @OptionGroup var arguments: FleetArguments

        @Argument(help: "The device's id; none: the fleet's gateway token.")
        var device: String?

        @Flag(help: "Take the token back instead.")
        var revoke = false

        @OptionGroup var why: ReasonArguments

        func run() throws {
            let place = try FleetPlace(arguments)
            try place.expectOwnFiles()
            // The token of a device that is in no file any more can be taken back all the same.
            if let device, !revoke { try KnownDevices(arguments).expect(device) }
            // Before it is done: a token that nobody answers for must not be.
            let request = EngineRequest(revoke ? .revokeToken : .issueToken, device ?? "", reason: why.reason)
            try CommandDelivery(place).carryOut(request)
            try Credentials.told {
                guard revoke else { return print(try CredentialFile.issue(device, directory: place.directory)) }
                let owner = device.map { TextWidth.sanitised($0) } ?? "the fleet"
                let was = try CredentialFile.revoke(device, directory: place.directory)
                print(was ? "the token of \(owner) is worth nothing any more" : "\(owner) had no token")
            }
        }
    }

    /// Tells what is wrong with the file of tokens.
    enum Credentials {
        /// Does something with the file; ends the command with exit code 1 if that fails.
        static func told(_ work: () throws -> Void) throws {
            do {
                try work()
            } catch let error as CredentialFailure {
                printError("muster: \(TextWidth.sanitised(error.description))")
                throw ExitStatus.failed
            }
        }
    }
}
