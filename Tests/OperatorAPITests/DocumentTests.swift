import FleetCore
import Foundation
import Testing

@testable import OperatorAPI

/// The document is what the server serves.
@Suite struct DocumentTests {
    private func document() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(OperatorAPI.document)) as? [String: Any])
    }

    @Test func eachRouteStandsInItAndNothingElse() throws {
        let paths = try #require(try document()["paths"] as? [String: [String: Any]])
        let written = Set(paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } })
        let served = RouteTable().routes.map { "\($0.method.rawValue) \($0.template)" }
        #expect(written == Set(served))
        #expect(served.count == written.count)
    }

    @Test func eachReferenceLeadsSomewhere() throws {
        let text = String(decoding: OperatorAPI.document, as: UTF8.self)
        let components = try #require(try document()["components"] as? [String: [String: Any]])
        let references = Set(text.matches(of: /"#\/components\/(\w+)\/([\w-]+)"/).map { "\($0.1)/\($0.2)" })
        #expect(references.count > 20)
        for reference in references {
            let parts = reference.split(separator: "/").map(String.init)
            #expect(components[parts[0]]?[parts[1]] != nil, "\(reference)")
        }
    }

    /// A number means what the document says, and that has to say something.
    @Test(arguments: ["Counts", "PhaseCounts", "Success"]) func eachNumberIsExplained(name: String) throws {
        let components = try #require(try document()["components"] as? [String: [String: Any]])
        let schema = try #require(components["schemas"]?[name] as? [String: Any])
        let members = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(members.count > 3)
        for (member, form) in members {
            #expect((form["description"] as? String)?.isEmpty == false, "\(name).\(member)")
        }
    }

    @Test func everyKindOfProblemIsSaid() throws {
        let responses = try #require(
            (try document()["components"] as? [String: Any])?["responses"] as? [String: Any])
        #expect(Set(responses.keys) == Set(Problem.Kind.allCases.map(\.rawValue)))
        #expect(Set(Problem.Kind.allCases.map(\.status.code)).count == Problem.Kind.allCases.count)
    }

    @Test func theServerHandsItOutToAnybody() async throws {
        try await APIFixture.with { fixture async throws in
            let answer = try await fixture.get("/openapi.json", as: nil)
            #expect(answer.status == 200 && answer.bytes == OperatorAPI.document)
        }
    }
}
