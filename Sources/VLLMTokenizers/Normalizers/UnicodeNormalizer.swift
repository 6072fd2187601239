// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Brings text into a normalization form: Unicode Standard Annex 15.
///
/// Text is looked through for code points that the form may change; only what is around them is worked on,
/// and a text without any is not copied.
struct UnicodeNormalizer: Sendable {
    let form: NormalizationForm
    private let tables: NormalizationTables
    private let bit: UInt8

    init(_ form: NormalizationForm) {
        self.form = form
        tables = .shared
        bit = NormalizationTables.bit(form)
    }

    /// Returns the normalized text, or nil if it is normalized as it is.
    func normalize(_ text: Span<UInt8>) -> [UInt8]? {
        let attention = tables.attention.span
        var output: [UInt8] = []
        var copied = 0
        var position = 0
        /// The last code point that nothing before can join and the form leaves alone.
        var boundary = 0
        var found = false
        var segment: [UInt32] = []
        while position < text.count {
            if text[position] < 0x80 {
                boundary = position
                position += 1
                continue
            }
            let next = text.scalar(at: position)
            guard needsAttention(next.value, attention) else {
                boundary = position
                position += next.length
                continue
            }
            found = true
            let start = form.composes ? boundary : position
            output.append(text, copied..<max(copied, start))
            position = gather(text, from: max(copied, start), through: position, attention, into: &segment)
            appendNormalized(&segment, to: &output)
            copied = position
            boundary = position
        }
        guard found else { return nil }
        output.append(text, copied..<text.count)
        return output
    }

    @inline(__always)
    private func needsAttention(_ scalar: UInt32, _ attention: Span<UInt8>) -> Bool {
        if scalar < attention.count { return attention[Int(scalar)] & bit != 0 }
        return scalar >= 0x2F800 && tables.needsAttentionBeyondTable(scalar)
    }

    /// Decomposes everything from a boundary up to the next one, and returns where that is.
    private func gather(
        _ text: Span<UInt8>, from start: Int, through first: Int, _ attention: Span<UInt8>,
        into segment: inout [UInt32]
    ) -> Int {
        segment.removeAll(keepingCapacity: true)
        var position = start
        while position < text.count {
            let next = text.scalar(at: position)
            if position > first, !needsAttention(next.value, attention) { break }
            tables.appendDecomposition(of: next.value, compatibility: form.isCompatibility, to: &segment)
            position += next.length
        }
        return position
    }

    private func appendNormalized(_ segment: inout [UInt32], to output: inout [UInt8]) {
        order(&segment)
        if form.composes { compose(&segment) }
        for scalar in segment { output.appendUTF8(scalar) }
    }

    /// Sorts each run of combining marks by class, keeping the order of equals.
    private func order(_ segment: inout [UInt32]) {
        var start = 0
        while start < segment.count {
            guard tables.combiningClass(segment[start]) != 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < segment.count, tables.combiningClass(segment[end]) != 0 { end += 1 }
            if end - start > 1 {
                let keys = (start..<end).map { UInt64(tables.combiningClass(segment[$0])) << 32 | UInt64($0) }
                let sorted = keys.sorted().map { segment[Int($0 & 0xFFFF_FFFF)] }
                segment.replaceSubrange(start..<end, with: sorted)
            }
            start = end
        }
    }

    /// Joins each code point with the last starter unless something between blocks it.
    private func compose(_ segment: inout [UInt32]) {
        var count = 0
        var starter: Int?
        var lastClass: UInt8 = 0
        for scalar in segment {
            let combiningClass = tables.combiningClass(scalar)
            if let at = starter, at == count - 1 || lastClass != 0 && lastClass < combiningClass,
                let composed = tables.composition(segment[at], scalar)
            {
                segment[at] = composed
                continue
            }
            if combiningClass == 0 { starter = count }
            lastClass = combiningClass
            segment[count] = scalar
            count += 1
        }
        segment.removeLast(segment.count - count)
    }
}
