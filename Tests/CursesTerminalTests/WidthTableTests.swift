import CNcurses
import Cells
import Testing

/// The table of Cells against libc's, over every scalar.
struct WidthTableTests {
    /// Why the two may differ; everything else is an error in the table.
    private enum Difference: Hashable, CaseIterable {
        case formatCharacter
        case lineOrParagraphSeparator
        case combiningAlone
        case spacingMark
        case joinsItsNeighbour
        case newerThanLibc
        case newerThanTheStandardLibrary
    }

    @Test func `every scalar has the width that libc gives it, but for differences with a name`() {
        #expect(muster_use_c_utf8() == 0)
        var unexplained: [String] = []
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let ours = shownColumns(scalar)
            let theirs = muster_wcwidth(value)
            guard ours != theirs, !(ours == 0 && theirs < 0), explanation(scalar, ours, theirs) == nil else { continue }
            unexplained.append("U+\(String(value, radix: 16)): \(ours), libc \(theirs)")
        }
        #expect(unexplained == [])
    }

    /// The columns of a scalar alone; 0 where it is never shown as itself.
    private func shownColumns(_ scalar: Unicode.Scalar) -> Int32 {
        let text = String(scalar)
        let isShown = scalar == "\u{FFFD}" || Array(TextWidth.sanitised(text).unicodeScalars) == [scalar]
        return isShown ? Int32(TextWidth.columns(of: text)) : 0
    }

    private func explanation(_ scalar: Unicode.Scalar, _ ours: Int32, _ theirs: Int32) -> Difference? {
        let properties = scalar.properties
        let neighbours: [ClosedRange<UInt32>] = [
            0xFF9E...0xFF9F, 0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF, 0xD4E...0xD4E, 0x111C2...0x111C3,
            0x113D1...0x113D1, 0x1193F...0x11F02,
        ]
        guard ours == 0 else {
            // Drawing asks libc once more, and gives what it does not know a replacement.
            return theirs < 0 ? .newerThanLibc : nil
        }
        switch properties.generalCategory {
        case .format: return .formatCharacter
        case .lineSeparator, .paragraphSeparator: return .lineOrParagraphSeparator
        case .nonspacingMark, .enclosingMark: return .combiningAlone
        case .spacingMark: return .spacingMark
        case .unassigned: return .newerThanTheStandardLibrary
        default: return neighbours.contains { $0.contains(scalar.value) } ? .joinsItsNeighbour : nil
        }
    }
}
