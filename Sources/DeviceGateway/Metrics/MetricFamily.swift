/// Numbers of one name, as Prometheus reads them (text format 0.0.4).
public struct MetricFamily: Hashable, Sendable {
    /// What the numbers are.
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    /// One number.
    public struct Sample: Hashable, Sendable {
        /// Stands behind the family's name: `_bucket`, `_sum`, `_count` of a histogram.
        public var suffix: String
        /// Names and values that tell it from others. Never a device's id: there are too many.
        public var labels: [Label]
        public var value: Double

        /// A number with its labels.
        public init(_ value: Double, _ labels: [Label] = [], suffix: String = "") {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// A name and a value.
    public struct Label: Hashable, Sendable {
        public var name: String, value: String

        /// A label of this name and value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var name: String
    public var kind: Kind
    /// One line for people.
    public var help: String
    public var samples: [Sample]

    /// Numbers of this name.
    public init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// One number without labels.
    public init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.init(name, kind, help, [Sample(value)])
    }

    /// The family's lines, each with its end.
    public var text: String {
        let head = "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        return samples.reduce(into: head) { text, sample in
            let labels = sample.labels.map { #"\#($0.name)="\#(Self.escaped($0.value, quotes: true))""# }
            let set = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            text += "\(name)\(sample.suffix)\(set) \(Self.number(sample.value))\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// The format's three escapes; other control characters mean nothing in it and are left out.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            case _ where scalar.properties.generalCategory == .control: break
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
