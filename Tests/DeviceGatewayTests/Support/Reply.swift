import Foundation
import NIOCore

/// An HTTP reply.
struct Reply: Sendable {
    var status: Int
    /// By their names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(_ name: String) -> String? { headers[name] }

    /// The body as a JSON object.
    var json: [String: Any]? { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] }

    /// The action that a poll's or a cancel's link of this name leads to; nil: there is no such link.
    func action(_ link: String) -> UInt32? {
        let links = json?["_links"] as? [String: [String: String]]
        return links?[link]?["href"].flatMap { URLComponents(string: $0)?.path.split(separator: "/").last }
            .flatMap { UInt32($0) }
    }

    /// Takes a whole reply off the bytes; nil: it has not come yet.
    init?(reading bytes: inout ByteBuffer, hasBody: Bool, isEnd: Bool) {
        let view = bytes.readableBytesView
        guard let end = Self.headEnd(view) else { return nil }
        let head = String(decoding: view[view.startIndex..<end], as: UTF8.self).split(separator: "\r\n")
        let words = head.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        self.status = status
        headers = [:]
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let isBare = !hasBody || status == 204 || status == 304 || status < 200
        let length = isBare ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
        let start = end + 4 - view.startIndex
        guard bytes.readableBytes >= start + length else { return nil }
        bytes.moveReaderIndex(forwardBy: start)
        body = bytes.readBytes(length: length) ?? []
        bytes.discardReadBytes()
    }

    private static func headEnd(_ view: ByteBufferView) -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        var index = view.startIndex
        while index + 4 <= view.endIndex {
            if view[index] == 13, view[index..<index + 4].elementsEqual(mark) { return index }
            index += 1
        }
        return nil
    }
}
