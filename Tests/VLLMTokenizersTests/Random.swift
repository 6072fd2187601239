// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same numbers for the same seed.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Makes a text of pieces that words are cut at, and characters of many scripts.
    mutating func text(pieces count: Int) -> String {
        let fixed = [
            " ", "  ", "\n", "\r\n", "\t", "'s", "'LL", "'ſ", "'", "123456", "\u{301}", "\u{A0}", "\u{3000}",
            "Hello", "好", "😀", "\0",
        ]
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0...0x7F, 0x80...0x24F, 0x2B0...0x36F, 0x370...0x52F, 0x590...0x6FF, 0x900...0xD7F,
            0xE00...0x11FF,
            0x1E00...0x206F, 0x20A0...0x2BFF, 0x3000...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7FF,
            0xE000...0xFFFF,
            0x10000...0x1FFFF, 0x20000...0x2FFFF, 0xE0000...0xE01EF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<count {
            if Bool.random(using: &self) {
                text.append(
                    contentsOf: fixed.randomElement(using: &self)?.unicodeScalars ?? "".unicodeScalars)
                continue
            }
            for _ in 0..<Int.random(in: 1...4, using: &self) {
                guard let range = ranges.randomElement(using: &self) else { continue }
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
            }
        }
        return String(text)
    }
}
