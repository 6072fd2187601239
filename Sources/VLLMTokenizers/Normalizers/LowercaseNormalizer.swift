// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Turns every code point into lower case.
struct LowercaseNormalizer: Sendable {
    /// Returns the text in lower case.
    func normalize(_ text: Span<UInt8>) -> [UInt8] {
        let table = LowercaseTable.shared
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let byte = text[position]
            if byte < 0x80 {
                output.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
                position += 1
            } else {
                let next = text.scalar(at: position)
                table.append(next.value, to: &output)
                position += next.length
            }
        }
        return output
    }
}
