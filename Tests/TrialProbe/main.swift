import FleetCore
import FleetSimulator
import Foundation

// Runs trials until one breaks a promise: the part of `muster trial` that builds with the core and the simulator alone,
// for the mutants of Tests/Mutants. Arguments: the first and the last seed, and how many terminals each fleet has.
let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard (2...3).contains(arguments.count), arguments[0] <= arguments[1] else {
    print("usage: TrialProbe FIRST LAST [DEVICES]")
    exit(2)
}
var batch = TrialBatch(seeds: arguments[0]...arguments[1])
batch.repeatEvery = 7
if arguments.count == 3 { batch.devices = Int(clamping: max(1, arguments[2])) }
for seed in batch.seeds {
    let outcome = batch.outcome(of: seed)
    guard let violation = outcome.violation else { continue }
    print("seed \(seed), step \(outcome.steps), invariant \(violation.invariant): \(violation.what)")
    exit(1)
}
print("nothing found")
