// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Removes code points from text.
enum ScalarFilter {
    /// Returns the text without the code points of a set.
    static func removing(_ set: ScalarSet, from text: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let next = text.scalar(at: position)
            if next.value < 0x80 && next.value >= 0x20 || !set.contains(next.value) {
                output.append(text, position..<position + next.length)
            }
            position += next.length
        }
        return output
    }
}
