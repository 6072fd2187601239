// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Decomposes and composes Hangul syllables: The Unicode Standard 16.0, section 3.12.
enum Hangul {
    /// The precomposed syllables.
    static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    /// Vowels and final consonants, which may join what stands before.
    static let trailing: ClosedRange<UInt32> = 0x1161...0x11C2

    private static let leadingBase: UInt32 = 0x1100
    private static let vowelBase: UInt32 = 0x1161
    private static let finalBase: UInt32 = 0x11A7
    private static let leadingCount: UInt32 = 19
    private static let vowelCount: UInt32 = 21
    private static let finalCount: UInt32 = 28

    /// Appends the jamo of a syllable.
    static func decompose(_ syllable: UInt32, into output: inout [UInt32]) {
        let index = syllable - syllables.lowerBound
        output.append(leadingBase + index / (vowelCount * finalCount))
        output.append(vowelBase + index % (vowelCount * finalCount) / finalCount)
        if index % finalCount != 0 { output.append(finalBase + index % finalCount) }
    }

    /// Joins a consonant and a vowel, or a syllable without final consonant and one.
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first >= leadingBase, first < leadingBase + leadingCount, second >= vowelBase,
            second < vowelBase + vowelCount
        {
            let index = (first - leadingBase) * vowelCount + second - vowelBase
            return syllables.lowerBound + index * finalCount
        }
        if syllables.contains(first), (first - syllables.lowerBound) % finalCount == 0, second > finalBase,
            second < finalBase + finalCount
        {
            return first + second - finalBase
        }
        return nil
    }
}
