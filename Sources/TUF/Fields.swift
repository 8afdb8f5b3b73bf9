/// The fields of one object of metadata while they are read; what is left when all known ones are taken is unknown, and
/// kept.
struct Fields {
    /// The file for refusals: `root`, `projects`.
    let file: String
    /// Where in it.
    let path: String
    private(set) var rest: [String: JSONValue]

    init(_ value: JSONValue?, file: String, path: String) throws(TUFRefusal) {
        self.file = file
        self.path = path
        guard case .object(let fields)? = value else {
            throw .malformed(file: file, at: path, reason: value == nil ? "is missing" : "is no object")
        }
        rest = fields
    }

    func refusal(_ name: String, _ reason: String) -> TUFRefusal {
        .malformed(file: file, at: path.isEmpty ? name : "\(path).\(name)", reason: reason)
    }

    mutating func optional(_ name: String) -> JSONValue? { rest.removeValue(forKey: name) }

    mutating func value(_ name: String) throws(TUFRefusal) -> JSONValue {
        guard let value = optional(name) else { throw refusal(name, "is missing") }
        return value
    }

    mutating func fields(_ name: String) throws(TUFRefusal) -> Fields {
        try Fields(optional(name), file: file, path: path.isEmpty ? name : "\(path).\(name)")
    }

    mutating func string(_ name: String) throws(TUFRefusal) -> String {
        guard let text = try value(name).string else { throw refusal(name, "is no text") }
        return text
    }

    mutating func integer(_ name: String, atLeast least: Int) throws(TUFRefusal) -> Int {
        guard let number = try value(name).integer else { throw refusal(name, "is no integer") }
        guard number >= least else { throw refusal(name, "is \(number), less than \(least)") }
        return number
    }

    mutating func optionalBool(_ name: String) throws(TUFRefusal) -> Bool? {
        guard let value = optional(name) else { return nil }
        guard let truth = value.bool else { throw refusal(name, "is neither true nor false") }
        return truth
    }

    mutating func array(_ name: String) throws(TUFRefusal) -> [JSONValue] {
        guard let elements = try value(name).array else { throw refusal(name, "is no list") }
        return elements
    }

    mutating func strings(_ name: String) throws(TUFRefusal) -> [String] {
        var texts: [String] = []
        for element in try array(name) {
            guard let text = element.string else { throw refusal(name, "is no list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// Texts that may not repeat.
    mutating func distinctStrings(_ name: String) throws(TUFRefusal) -> [String] {
        let texts = try strings(name)
        guard Set(texts).count == texts.count else { throw refusal(name, "names one twice") }
        return texts
    }
}
