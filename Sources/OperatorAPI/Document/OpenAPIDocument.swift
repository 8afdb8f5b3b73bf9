import FleetCore
import Foundation

/// The OpenAPI 3.1 document, made of the routes that the server serves.
struct OpenAPIDocument {
    let routes: [APIRoute]

    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(document) else { preconditionFailure("the document is made of texts") }
        return Array(data)
    }

    var document: JSON {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Muster", "version": "1",
                "description": .text(
                    "Rollouts of software to a fleet of point-of-sale terminals. What is done here goes through the engine that "
                        + "the console and the command line use, under the same rules, and stands in the same audit."),
            ],
            "servers": [["url": "/"]],
            "paths": paths,
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "schemas": .object(AnswerSchemas.all),
                "responses": responses,
            ],
        ]
    }

    private var paths: JSON {
        var paths: [String: JSON] = [:]
        for route in routes {
            let path = paths[route.template] ?? [:]
            paths[route.template] = path.with(route.method.rawValue.lowercased(), operation(route))
        }
        return .object(paths)
    }

    private func operation(_ route: APIRoute) -> JSON {
        var operation: JSON = [
            "operationId": .text(route.name), "summary": .text(route.summary),
            "security": route.role == nil ? [] : [["token": []]],
            "responses": responses(of: route),
        ]
        if let role = route.role {
            let details = route.details.map { " \($0)" } ?? ""
            operation = operation.with("description", .text("Needs a token of role \(role) or above.\(details)"))
        }
        let parameters = [APIParameter.Place.path, .query, .header].flatMap { route.parameters(in: $0) }
        if !parameters.isEmpty { operation = operation.with("parameters", .list(parameters.map(parameter))) }
        if route.method == .post { operation = operation.with("requestBody", body(of: route)) }
        return operation
    }

    private func parameter(_ parameter: APIParameter) -> JSON {
        [
            "name": .text(parameter.name), "in": .text(parameter.place.rawValue),
            "required": .bool(parameter.place == .path), "description": .text(parameter.text),
            "schema": schema(parameter),
        ]
    }

    /// An empty segment leads elsewhere.
    private func schema(_ parameter: APIParameter) -> JSON {
        parameter.place == .path ? parameter.value.schema.with("minLength", 1) : parameter.value.schema
    }

    private func body(of route: APIRoute) -> JSON {
        let members = route.parameters(in: .body)
        let properties = members.map { ($0.name, $0.value.schema.with("description", .text($0.text))) }
        let required = members.filter(\.isRequired).map { JSON.text($0.name) }
        var schema: JSON = [
            "type": "object", "additionalProperties": false,
            "properties": .object(Dictionary(properties) { first, _ in first }),
        ]
        if !required.isEmpty { schema = schema.with("required", .list(required)) }
        return [
            "required": .bool(!required.isEmpty), "content": ["application/json": ["schema": schema]],
        ]
    }

    private func responses(of route: APIRoute) -> JSON {
        var ok: JSON = [
            "description": .text("Done."),
            "content": ["application/json": ["schema": Self.reference("schemas", route.answer)]],
        ]
        if !route.answerFields.isEmpty {
            let fields = route.answerFields.mapValues { text -> JSON in
                ["description": .text(text), "schema": ["type": "string"]]
            }
            ok = ok.with("headers", .object(fields))
        }
        var found: JSON = ["200": ok]
        for kind in route.allProblems {
            found = found.with("\(kind.status.code)", Self.reference("responses", kind.rawValue))
        }
        return found
    }

    /// One answer for each kind of problem.
    private var responses: JSON {
        var found: [String: JSON] = [:]
        for kind in Problem.Kind.allCases {
            found[kind.rawValue] = [
                "description": .text(kind.title + "."),
                "content": ["application/problem+json": ["schema": Self.reference("schemas", "Problem")]],
            ]
        }
        return .object(found)
    }

    static func reference(_ place: String, _ name: String) -> JSON {
        ["$ref": .text("#/components/\(place)/\(name)")]
    }
}
