import FleetCore
import Foundation
import Testing

@testable import FleetFiles

/// Damaged device files: whatever the bytes, the readers answer with devices or with a problem, and never crash.
struct DeviceFuzzTests {
    private static let inputs = 20_000

    /// Steele, Lea, Flood 2014: SplitMix64.
    private struct Draws: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static let json = Array(
        #"[{"id":"pos-é-1","firmware_version":"2.3.1","status":"online","n":-1.5e3,"metadata":{"store_id":"N\n\u00e9\ud83d\ude00","x":[{"y":null}]}},{"id":"b","firmware":"1"}]"#
            .utf8)
    private static let csv = Array("id,name,firmware,till\r\na,\"A, \"\"é\"\"\n\",2.4.1,1\r\nb,,1,\n".utf8)
    /// Bytes that mean something to the readers, and some that never should.
    private static let spice =
        Array("[]{}\",:\\u/0-+.eE \t\n\r#'".utf8) + [0, 0x1b, 0x7f, 0x80, 0xc3, 0xed, 0xf0, 0xff]

    private static func damage(_ bytes: [UInt8], _ draws: inout Draws) -> [UInt8] {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...6, using: &draws) where !damaged.isEmpty {
            let place = Int.random(in: 0..<damaged.count, using: &draws)
            let spice = spice.randomElement(using: &draws) ?? 0
            switch Int.random(in: 0..<5, using: &draws) {
            case 0: damaged[place] = spice
            case 1: damaged.insert(spice, at: place)
            case 2: damaged.remove(at: place)
            case 3: damaged.removeSubrange(place...)
            default:
                let end = Int.random(in: place..<damaged.count, using: &draws)
                damaged.insert(contentsOf: damaged[place...end], at: Int.random(in: 0...damaged.count, using: &draws))
            }
        }
        return damaged
    }

    /// What the reader made of the bytes: devices, and how many errors.
    private static func outcome(_ bytes: [UInt8], isCSV: Bool) -> (devices: [DeviceRecord], errors: Int) {
        let log = ProblemLog()
        var intake = DeviceIntake(scope: FileScope(path: "f", log: log), zones: ZoneMap())
        do throws(ReadFault) {
            if isCSV {
                var reader = CSVDeviceReader(ByteWindow(bytes), onProgress: { _, _ in })
                try reader.read(into: &intake)
            } else {
                var reader = JSONDeviceReader(ByteWindow(bytes), onProgress: { _, _ in })
                try reader.read(into: &intake)
            }
        } catch {
            intake.scope.error(error.place, error.message, error.remedy)
        }
        return (intake.devices, log.errorCount)
    }

    @Test(arguments: [false, true]) func damagedFilesNeverCrashAReader(isCSV: Bool) {
        var draws = Draws(state: 2026)
        let original = isCSV ? Self.csv : Self.json
        #expect(Self.outcome(original, isCSV: isCSV).devices.count == (isCSV ? 2 : 1))
        var refused = 0
        for _ in 0..<Self.inputs {
            let damaged = Self.damage(original, &draws)
            let (devices, errors) = Self.outcome(damaged, isCSV: isCSV)
            if errors > 0 { refused += 1 }
            for device in devices { #expect(!device.id.isEmpty && device.id.utf8.count <= 128) }
        }
        // Damage that is not noticed changes only a text; most of it must be noticed.
        #expect(refused > Self.inputs / 4)
    }

    /// What Foundation refuses as JSON, this reader must refuse too.
    @Test func nothingIsAcceptedThatFoundationRefuses() {
        var draws = Draws(state: 7)
        for _ in 0..<Self.inputs {
            let damaged = Self.damage(Self.json, &draws)
            guard Self.outcome(damaged, isCSV: false).errors == 0 else { continue }
            let isJSON = (try? JSONSerialization.jsonObject(with: Data(damaged))) != nil
            #expect(isJSON, "accepted: \(String(decoding: damaged, as: UTF8.self))")
        }
    }
}
