import FleetCore
import FleetFiles
import Foundation
import Testing

@Test func sampleFleetLoadsWithoutAProblem() throws {
    let result = FleetDirectory(path: Checkout.path("sample-fleet")).load(digest: Reference.sha256(ofFile:))
    #expect(result.lines == [])
}
