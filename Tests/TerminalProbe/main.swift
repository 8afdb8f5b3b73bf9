import Cells
import CursesTerminal
import Glibc

// A program for the tests: it opens the terminal, shows what it is told, and ends in the way that a test asks for.

let arguments = CommandLine.arguments.dropFirst()
let probe: Probe
do {
    probe = try Probe(arguments: Array(arguments))
} catch {
    print("PROBE ERROR \(error.reason)")
    print(error.description)
    exit(3)
}
probe.run()
