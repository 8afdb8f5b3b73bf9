import FleetCore
import Foundation
import Testing

@testable import OperatorAPI

/// Who may ask for what.
@Suite struct RightsTests {
    /// A path of each route, on things that there are.
    private static func path(_ route: APIRoute) -> String {
        route.template.replacingOccurrences(of: RouteTable.base, with: "")
            .replacingOccurrences(of: "{update}", with: "night").replacingOccurrences(of: "{device}", with: "till-1")
    }

    /// Every route with no token, with one that is none, and with one of each role.
    @Test func eachRouteByEachRole() async throws {
        try await APIFixture.with { fixture async throws in
            for route in RouteTable().routes {
                let path = Self.path(route), method = route.method.rawValue
                let json = route.method == .post ? #"{"confirmation":"night"}"# : nil
                let body = route.parameters(in: .body).contains { $0.name == "confirmation" } ? json : nil
                let none = try await fixture.ask(method, path, as: nil, json: body).status
                let wrong = try await fixture.ask(
                    method, path, as: nil, json: body, headers: ["Authorization": "Bearer wrong"]
                ).status
                guard let needed = route.role else {
                    #expect((none, wrong) == (200, 200), "\(route.name)")
                    continue
                }
                // Of those that prove nothing only so many a second are told so.
                #expect([401, 429].contains(none) && [401, 429].contains(wrong), "\(route.name): \(none), \(wrong)")
                for role in Role.allCases {
                    let status = try await fixture.ask(method, path, as: role, json: body).status
                    #expect((status == 403) == (role < needed), "\(route.name) as \(role): \(status)")
                    #expect(status != 401 && status < 500, "\(route.name) as \(role): \(status)")
                }
            }
            let commands = try fixture.commands()
            #expect(commands.contains("token viewer-1: start night refused"))
            #expect(commands.contains("token operator-1: decommission till-1 refused"))
            #expect(commands.contains("token operator-1: start night"))
            #expect(!commands.contains { $0.hasPrefix("token viewer-1") && !$0.hasSuffix("refused") })
        }
    }

    @Test(arguments: ["Basic dG9rZW46", "Bearer", "Bearer ", "bearer", "Token x", ""])
    func whatIsNoBearerProvesNothing(field: String) async throws {
        try await APIFixture.with { fixture async throws in
            let answer = try await fixture.ask("GET", "/status", as: nil, headers: ["Authorization": field])
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"] == #"Bearer realm="muster""#)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.text("type") == "urn:muster:unproven")
            #expect(answer.text("remedy")?.isEmpty == false)
        }
    }

    /// The scheme's name is known whatever its case; a token of two is none.
    @Test func oneBearerIsEnough() async throws {
        try await APIFixture.with { fixture async throws in
            let token = try #require(fixture.tokens[.viewer])
            let lower = try await fixture.ask("GET", "/status", as: nil, headers: ["Authorization": "bearer \(token)"])
            #expect(lower.status == 200)
            let longer = try await fixture.ask(
                "GET", "/status", as: nil, headers: ["Authorization": "Bearer \(token)a"])
            #expect(longer.status == 401)
        }
    }

    @Test func tokensCountAtOnceAndNoLonger() async throws {
        try await APIFixture.with { fixture async throws in
            let secret = try APITokenFile.issue(APIToken(name: "ci", role: .viewer), directory: fixture.folder)
            let fields = ["Authorization": "Bearer \(secret)"]
            #expect(try await fixture.ask("GET", "/status", as: nil, headers: fields).status == 200)
            #expect(try APITokenFile.revoke("ci", directory: fixture.folder))
            #expect(try await fixture.ask("GET", "/status", as: nil, headers: fields).status == 401)
            #expect(try !APITokenFile.revoke("ci", directory: fixture.folder))
            #expect(try await fixture.get("/status").status == 200)
        }
    }

    /// Somebody who guesses is slowed down; whoever has a token is not.
    @Test func guessesAreCounted() async throws {
        try await APIFixture.with { fixture async throws in
            var statuses: [Int] = []
            // On a busy machine guesses come no faster than they are forgiven for a while.
            for number in 0..<2000 where statuses.last != 429 {
                let fields = ["Authorization": "Bearer guess-\(number)"]
                statuses.append(try await fixture.ask("GET", "/status", as: nil, headers: fields).status)
            }
            #expect(statuses.prefix(20) == ArraySlice(repeating: 401, count: 20))
            #expect(statuses.last == 429)
            #expect(try await fixture.get("/status").status == 200)
        }
    }
}
