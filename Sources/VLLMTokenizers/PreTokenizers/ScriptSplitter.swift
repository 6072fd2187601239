// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts text where the script changes, as SentencePiece does before it trains.
struct ScriptSplitter: Sendable {
    /// Appends the pieces of a part of a text; what goes with any script and stands before all others is left out.
    func split(_ text: Span<UInt8>, _ range: Range<Int>, into pieces: inout [Range<Int>]) {
        let table = ScriptTable.shared
        var current: UInt8?
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            let next = text.scalar(at: position)
            if let script = table.script(of: next.value), script != current {
                if current != nil { pieces.append(start..<position) }
                current = script
                start = position
            }
            position += next.length
        }
        if current != nil { pieces.append(start..<range.upperBound) }
    }
}
