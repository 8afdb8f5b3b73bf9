import Foundation
import TerminalTesting
import Testing

/// The demo with the gateway between its engine and its terminals.
@Suite(.timeLimit(.minutes(10)))
struct DemoOverHTTPTests {
    /// The canary confirms, which it can only do by requests.
    @Test func theCanaryPassesThroughTheGateway() throws {
        let scratch = try ScratchFleet()
        let terminal = try PtyProcess(
            executable: try BuiltProduct.path(of: "muster"), arguments: ["demo", "--over-http"],
            environment: scratch.environment, columns: 100, rows: 40)
        try terminal.waitUntil(deadlineSeconds: 60) { screen in
            screen.contains("SOAKS") && screen.contains("DEMO 1800x")
        }
        terminal.send(keys: "q")
        #expect(try terminal.waitForExit() == .exited(0))
    }
}
