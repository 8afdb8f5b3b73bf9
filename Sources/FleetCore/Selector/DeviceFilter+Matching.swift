extension DeviceFilter: CustomStringConvertible {
    /// What a person typed: a selector if the text is one that compares something, else text to look for. A text
    /// without anything but spaces shows everything. `all` alone is text: it is on the way to `Dallas`.
    public init(parsing text: String) {
        let trimmed = text.trimmingWhitespace()
        if trimmed.isEmpty {
            self = .everything
        } else if let selector = try? Selector(parsing: trimmed), selector.expression.comparesSomething {
            self = .selector(selector)
        } else {
            self = .text(trimmed)
        }
    }

    /// The text that is read back as this filter; empty for everything.
    public var source: String {
        switch self {
        case .everything: ""
        case .text(let text): text
        case .selector(let selector): selector.source
        }
    }

    /// The same as `source`.
    public var description: String { source }

    /// Whether the filter shows a device at this moment.
    public func matches(_ subject: some SelectorSubject, now: Timestamp) -> Bool {
        switch self {
        case .everything: true
        case .text(let text): subject.shows(text)
        case .selector(let selector): selector.matches(subject, now: now)
        }
    }
}

extension SelectorExpression {
    var comparesSomething: Bool {
        switch self {
        case .all: false
        case .comparison: true
        case .not(let inner): inner.comparesSomething
        case .and(let left, let right), .or(let left, let right): left.comparesSomething || right.comparesSomething
        }
    }
}

extension SelectorSubject {
    /// Whether any text that people know the device by contains this, without regard to case.
    func shows(_ text: String) -> Bool {
        let wanted = TextSearch(text)
        return wanted.isFound(in: id) || wanted.isFound(in: name) || wanted.isFound(in: site)
            || wanted.isFound(in: region) || wanted.isFound(in: location) || wanted.isFound(in: status.description)
            || wanted.isFound(in: firmware.shown) || tags.contains { wanted.isFound(in: $0.value) }
    }
}

/// Looks for a text without regard to case. ASCII, which most of it is, is compared byte by byte without copies.
struct TextSearch {
    private let wanted: [Character]
    private let bytes: [UInt8]
    private let isASCII: Bool

    init(_ text: String) {
        let lower = text.lowercased()
        wanted = Array(lower)
        bytes = Array(lower.utf8)
        isASCII = bytes.allSatisfy { $0 < 128 }
    }

    /// Whether the text contains what is looked for.
    func isFound(in text: String) -> Bool {
        guard isASCII else { return isFound(in: Array(text.lowercased())) }
        let found = text.utf8.withContiguousStorageIfAvailable { isFound(in: $0) }
        return found ?? isFound(in: Array(text.utf8))
    }

    /// Character by character: `contains` is Foundation's as soon as a file of the module imports it, and that one runs
    /// past the end of a text with `é` when it looks for an `e` with a combining accent and a NUL.
    private func isFound(in text: [Character]) -> Bool {
        guard text.count >= wanted.count else { return false }
        return (0...(text.count - wanted.count)).contains { text[$0...].starts(with: wanted) }
    }

    private func isFound(in text: some RandomAccessCollection<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        guard text.count >= bytes.count else { return false }
        var start = text.startIndex
        for _ in 0...(text.count - bytes.count) {
            if lowered(text[start]) == first,
                text[start...].prefix(bytes.count).elementsEqual(bytes, by: { lowered($0) == $1 })
            {
                return true
            }
            start = text.index(after: start)
        }
        return false
    }

    private func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}
