// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Holds what the normalization forms need to know of code points.
///
/// The data is as old as the tables in `tokenizers` 0.23.3, which know no normalization added after Unicode
/// 9.0.
struct NormalizationTables: Sendable {
    /// The tables, expanded on first use.
    static let shared = NormalizationTables()

    /// Marks code points that a form may change or that may join what stands before: a bit a form.
    let attention: [UInt8]
    /// Canonical combining classes below `UnicodeProperties.flatCount`; all others are 0.
    private let combiningClasses: [UInt8]
    private let canonical: DecompositionTable
    private let compatibility: DecompositionTable
    /// The composition of (first << 32 | second).
    private let compositions: [UInt64: UInt32]

    /// The bit of a form in `attention`.
    static func bit(_ form: NormalizationForm) -> UInt8 {
        switch form {
        case .nfc: 1
        case .nfd: 2
        case .nfkc: 4
        case .nfkd: 8
        }
    }

    private init() {
        canonical = DecompositionTable(UnicodeNormalizationData.canonical)
        compatibility = DecompositionTable(UnicodeNormalizationData.compatibility)
        combiningClasses = Self.classes()
        var attention = [UInt8](repeating: 0, count: UnicodeProperties.flatCount)
        func mark(_ scalar: UInt32, _ bits: UInt8) {
            if scalar < attention.count { attention[Int(scalar)] |= bits }
        }
        var compositions: [UInt64: UInt32] = [:]
        var composed: Set<UInt32> = []
        var numbers = EncodedNumbers(UnicodeNormalizationData.compositions)
        var first: Int32 = 0
        while let delta = numbers.nextSigned(), let second = numbers.next(), let result = numbers.next() {
            first += delta
            compositions[UInt64(UInt32(first)) << 32 | UInt64(second)] = result
            composed.insert(result)
            mark(second, 0b0101)
        }
        self.compositions = compositions
        for (scalar, combiningClass) in combiningClasses.enumerated() where combiningClass != 0 {
            mark(UInt32(scalar), 0b1111)
        }
        for key in canonical.keys { mark(key, composed.contains(key) ? 0b1010 : 0b1111) }
        for key in compatibility.keys { mark(key, 0b1100) }
        for syllable in Hangul.syllables { mark(syllable, 0b1010) }
        for jamo in Hangul.trailing { mark(jamo, 0b0101) }
        self.attention = attention
    }

    private static func classes() -> [UInt8] {
        var numbers = EncodedNumbers(UnicodeNormalizationData.combiningClasses)
        var classes: [UInt8] = []
        while let length = numbers.next(), let value = numbers.next() {
            classes.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: value), count: Int(length)))
        }
        classes.append(
            contentsOf: repeatElement(0, count: max(0, UnicodeProperties.flatCount - classes.count)))
        return classes
    }

    /// The canonical combining class of a code point.
    func combiningClass(_ scalar: UInt32) -> UInt8 {
        scalar < combiningClasses.count ? combiningClasses[Int(scalar)] : 0
    }

    /// Whether a form may change a code point outside the flat table, where only compatibility ideographs
    /// are.
    func needsAttentionBeyondTable(_ scalar: UInt32) -> Bool {
        canonical[scalar] != nil || compatibility[scalar] != nil
    }

    /// Appends the full decomposition of a code point, or itself.
    func appendDecomposition(
        of scalar: UInt32, compatibility isCompatibility: Bool, to output: inout [UInt32]
    ) {
        if Hangul.syllables.contains(scalar) {
            Hangul.decompose(scalar, into: &output)
        } else if isCompatibility, let scalars = compatibility[scalar] {
            output.append(contentsOf: scalars)
        } else if let scalars = canonical[scalar] {
            output.append(contentsOf: scalars)
        } else {
            output.append(scalar)
        }
    }

    /// Returns the primary composite of two code points, or nil if there is none.
    func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Hangul.compose(first, second) ?? compositions[UInt64(first) << 32 | UInt64(second)]
    }
}
