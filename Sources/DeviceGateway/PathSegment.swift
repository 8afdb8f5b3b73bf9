/// One part of a request's path, between two slashes.
package enum PathSegment {
    /// The name that a part stands for, with its percent-encoding taken off once; nil: it stands for none. What is no
    /// UTF-8, holds a slash or a control character, or would lead out of a folder is no name.
    /// - Parameter holdsSlashes: Whether an encoded slash is a part of the name, as in the id of a rollback.
    package static func name(_ segment: some StringProtocol, holdsSlashes: Bool = false) -> String? {
        let isPlain = !segment.utf8.contains(UInt8(ascii: "%"))
        guard let name = isPlain ? String(segment) : decoded(segment.utf8), !name.isEmpty, name != ".", name != "..",
            !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || !holdsSlashes && $0 == UInt8(ascii: "/") })
        else { return nil }
        return name
    }

    /// The number that a part stands for, in the one way in which it is written; nil: it stands for none.
    static func number(_ segment: some StringProtocol) -> UInt32? {
        UInt32(segment).flatMap { "\($0)" == segment ? $0 : nil }
    }

    /// The text behind the encoding; nil: a percent sign is not followed by two hexadecimal digits, or it is none.
    private static func decoded(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
