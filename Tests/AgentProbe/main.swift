import AgentTrial
import Foundation

// An update over real agents, a fifth of which misbehave, by hand, beside a `muster` that was built in the same way:
//
//     swift run -c release AgentProbe [DEVICES [SEED [THRESHOLD]]]     phase by phase
//     swift run -c release AgentProbe immediate [DEVICES]              all at once, and nobody misbehaves: how long it takes
//
// Releases are signed, and agents install nothing else; with --unsigned as the last word, the gateway's word counts.
// The threshold of the gates is in percent. Disks that are full need root. Ends with 1 if what counts is not what is so.
let words = Array(CommandLine.arguments.dropFirst())
let numbers = words.compactMap { UInt64($0) }
let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
var trial = AgentTrial(program: program.appendingPathComponent("muster").path)
if let devices = numbers.first { trial.devices = Int(devices) }
if numbers.count > 1 { trial.seed = numbers[1] }
if numbers.count > 2 { trial.threshold = Int(numbers[2]) }
trial.isSigned = words.last != "--unsigned"
if words.first == "immediate" { (trial.strategy, trial.misdeedPercent) = (.immediate, 0) }
do {
    let outcome = try trial.run()
    for line in outcome.lines { print(line) }
    for device in outcome.faults {
        print(
            "\(device.id) (\(device.misdeed.map { "\($0)" } ?? "good")): \(device.state), counts \(device.counts), "
                + "returned \(device.countsAsReturned.map { "\($0)" } ?? "-"), shown \(device.shown), runs \(device.runs ?? "?")"
        )
        print(device.said)
    }
    exit(outcome.faults.isEmpty ? 0 : 1)
} catch {
    print("\(error)")
    exit(1)
}
