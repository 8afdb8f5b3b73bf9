import Foundation

/// How a person sees colours.
public enum Vision: String, CaseIterable, Sendable {
    case normal, protanopia, deuteranopia, tritanopia

    /// Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency (IEEE TVCG
    /// 15/6, 2009), table 1, severity 1.0; rows of a matrix over linear red, green and blue.
    var matrix: [[Double]] {
        switch self {
        case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .protanopia:
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        case .deuteranopia:
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        case .tritanopia:
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        }
    }
}

extension RGB {
    /// Linear light of the channels, 0...1: the inverse of sRGB's transfer function (IEC 61966-2-1).
    var linear: [Double] {
        [red, green, blue].map { channel in
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
    }

    /// Relative luminance by WCAG 2.2, 0...1.
    public var luminance: Double {
        let light = linear
        return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    }

    /// The contrast of two colours by WCAG 2.2, 1...21.
    public func contrast(with other: RGB) -> Double {
        let lighter = max(luminance, other.luminance), darker = min(luminance, other.luminance)
        return (lighter + 0.05) / (darker + 0.05)
    }

    /// How far apart two colours look: the Euclidean distance in CIE L*a*b* 1976 under D65. A distance of 2.3 is just
    /// noticeable side by side (Mahy, Van Eycken, Oosterlinck 1994).
    public func distance(to other: RGB, seenWith vision: Vision = .normal) -> Double {
        let left = lab(vision), right = other.lab(vision)
        return zip(left, right).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }

    private func lab(_ vision: Vision) -> [Double] {
        let light = linear
        let seen = vision.matrix.map { row in min(1, max(0, zip(row, light).map(*).reduce(0, +))) }
        // Linear sRGB to XYZ (IEC 61966-2-1), divided by the white of D65.
        let x = (0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047
        let y = 0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2]
        let z = (0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2]) / 1.08883
        let (fx, fy, fz) = (Self.compressed(x), Self.compressed(y), Self.compressed(z))
        return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]
    }

    /// The cube root of CIE 1976, with its straight piece near black.
    private static func compressed(_ value: Double) -> Double {
        let limit = 6.0 / 29
        return value > limit * limit * limit ? cbrt(value) : value / (3 * limit * limit) + 4.0 / 29
    }
}

extension RGB {
    /// A colour of xterm's table of 256: 16 named ones, a cube of 6x6x6, 24 greys.
    public init(xterm index: UInt8) {
        switch index {
        case 0..<16: self = Self.xterm16[Int(index)]
        case 16..<232:
            let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
            let offset = Int(index) - 16
            self.init(levels[offset / 36], levels[offset / 6 % 6], levels[offset % 6])
        default:
            let grey = 8 + 10 * (index - 232)
            self.init(grey, grey, grey)
        }
    }

    /// xterm's own values of the 16 named colours; other terminals differ.
    private static let xterm16: [RGB] = [
        RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205),
        RGB(0, 205, 205), RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
        RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]

    /// The nearest of these colours of xterm's table. The first 16 are left out of the search for one of 256, since
    /// people change them.
    func nearest(in range: ClosedRange<UInt8>) -> UInt8 {
        range.min { RGB(xterm: $0).distance(to: self) < RGB(xterm: $1).distance(to: self) } ?? range.lowerBound
    }
}
