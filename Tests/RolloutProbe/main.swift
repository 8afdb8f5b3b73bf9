import Foundation
import RolloutTrial

// A rollout over terminals on loopback, a tenth of which misbehave, by hand:
//
//     swift run -c release RolloutProbe [DEVICES [SEED [THRESHOLD]]]
//
// The threshold of the gates is in percent. Ends with 1 if a device counts that has not the right bytes.
let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
var trial = RolloutTrial()
if let devices = numbers.first { trial.devices = Int(devices) }
if numbers.count > 1 { trial.seed = numbers[1] }
if numbers.count > 2 { trial.threshold = Int(numbers[2]) * 100 }
trial.deadline = .seconds(600)
do {
    let outcome = try await trial.run()
    for line in outcome.lines { print(line) }
    for device in outcome.wronglyCounted { print("wrongly counted: \(device)") }
    exit(outcome.wronglyCounted.isEmpty ? 0 : 1)
} catch {
    print("\(error)")
    exit(1)
}
