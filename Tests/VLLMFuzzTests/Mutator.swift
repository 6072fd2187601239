// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Draws damaged copies of valid inputs: the same ones from the same seed.
struct Mutator: RandomNumberGenerator {
    /// Texts that parsers trip over.
    private static let tokens = [
        "18446744073709551616", "9223372036854775807", "-9223372036854775809", "4294967296", "-1", "0",
        "1e999",
        "-0.0", "NaN", "Infinity", "null", "true", "[]", "{}", "\"\"", "[[[[[[[[", "{\"a\":", "\\ud800",
        "\\u0000",
        "\u{0}", "\u{FEFF}", "🙂", "{{", "}}", "{%", "%}", "../", ",", ":", "\"",
    ]
    /// Factor of the cases of each target: `VLLM_FUZZ_SCALE`, for a run of a million.
    static let scale: Int = {
        guard let text = unsafe getenv("VLLM_FUZZ_SCALE") else { return 1 }
        return unsafe Int(String(cString: text)) ?? 1
    }()

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(count, 1), using: &self) }

    /// A copy with one to eight changes.
    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...below(8) {
            let place = below(bytes.count)
            let length = min(below(24), bytes.count - place)
            switch below(7) {
            case 0: if !bytes.isEmpty { bytes[place] ^= 1 << UInt8(below(8)) }
            case 1: bytes.removeSubrange(place..<place + length)
            case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: below(bytes.count + 1))
            case 3: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)].utf8, at: place)
            case 4: bytes = Array(bytes[..<place])
            case 5: replaceNumber(&bytes, from: place)
            default: if !bytes.isEmpty { bytes[place] = UInt8(truncatingIfNeeded: next()) }
            }
        }
        return bytes
    }

    /// Puts an awkward token in place of the next run of digits.
    private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: Self.tokens[below(12)].utf8)
    }
}
