// libFuzzer calls one reader's function, as `Tests/Fuzz/run` builds and runs it.
//
//     muster-fuzz readers              the names of all readers
//     muster-fuzz longest READER       the longest input to try, in bytes
//     muster-fuzz words READER         a dictionary for libFuzzer
//     FUZZ_READER=READER muster-fuzz   whatever libFuzzer takes

import Foundation

/// libFuzzer's entry point for programs with a `main` of their own.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// A dictionary's line: ASCII letters as they are, every other byte by its number.
func entry(_ word: String) -> String {
    let bytes = word.utf8.map { byte in
        let isPlain = byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        let digits = String(byte, radix: 16)
        return isPlain ? String(Unicode.Scalar(byte)) : "\\x" + (digits.count == 1 ? "0" : "") + digits
    }
    return "\"\(bytes.joined())\""
}

func named(_ name: String) -> FuzzReader {
    guard let reader = FuzzReader.named(name) else { fatalError("there is no reader \(name)") }
    return reader
}

let arguments = Array(ProcessInfo.processInfo.arguments.dropFirst())
switch arguments.first {
case "readers": for reader in FuzzReader.all { print(reader.name) }
case "longest": print(named(arguments[1]).longestInput)
case "words": for word in named(arguments[1]).words { print(entry(word)) }
default:
    let reader = named(ProcessInfo.processInfo.environment["FUZZ_READER"] ?? "")
    FuzzProgram.check = reader.check
    var count = Swift.CommandLine.argc
    var values = Swift.CommandLine.unsafeArgv
    exit(runDriver(&count, &values, { FuzzProgram.run($0, $1) }))
}

/// What libFuzzer's callback, a function without a context, needs.
enum FuzzProgram {
    nonisolated(unsafe) static var check: ([UInt8]) throws -> Bool = { _ in false }

    static func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        let input = bytes.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
        do { _ = try check(input) } catch { fatalError("\(error)") }
        return 0
    }
}
