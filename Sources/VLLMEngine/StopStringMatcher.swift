// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds stop strings in a text that grows, and holds back what may yet become one.
///
/// Of several matches the one that is complete first wins; among those that end together, the one that begins
/// first. All positions are in UTF-8 bytes.
package struct StopStringMatcher {
    /// What is final after a piece of text.
    package struct Result {
        /// Text that will not be taken back.
        package var text: String
        /// The stop string that ended the output.
        package var matched: String?
    }

    private let stops: [[UInt8]]
    private let includesStop: Bool
    private let longest: Int
    /// Text that has not been given out.
    private var held: [UInt8] = []
    /// Bytes at the start of that in which no stop string may end.
    private var numExempt = 0

    package init(stops: [String], includesStop: Bool) {
        self.stops = stops.map { Array($0.utf8) }
        self.includesStop = includesStop
        longest = self.stops.map(\.count).max() ?? 0
    }

    /// Takes in more text; at the end nothing is held back.
    ///
    /// - Parameter isExempt: no stop string may end in this text, for the output has too few tokens yet.
    package mutating func push(_ text: String, isLast: Bool, isExempt: Bool = false) -> Result {
        guard longest > 0 else { return Result(text: text) }
        held.append(contentsOf: text.utf8)
        if isExempt { numExempt = held.count }
        if let (range, stop) = firstMatch() {
            let end = includesStop ? range.upperBound : range.lowerBound
            let text = String(decoding: held[..<end], as: UTF8.self)
            held = []
            return Result(text: text, matched: String(decoding: stops[stop], as: UTF8.self))
        }
        var final = isLast ? held.count : max(0, held.count - longest + 1)
        // A character is never cut.
        while final > 0, final < held.count, held[final] & 0xC0 == 0x80 { final -= 1 }
        let released = String(decoding: held[..<final], as: UTF8.self)
        held.removeFirst(final)
        numExempt = max(0, numExempt - final)
        return Result(text: released)
    }

    private func firstMatch() -> (Range<Int>, stop: Int)? {
        var best: (range: Range<Int>, stop: Int)?
        for (index, stop) in stops.enumerated() {
            let first = max(0, numExempt - stop.count + 1)
            guard held.count >= first + stop.count else { continue }
            let position = (first...held.count - stop.count).first {
                held[$0..<$0 + stop.count].elementsEqual(stop)
            }
            guard let position else { continue }
            let range = position..<position + stop.count
            if let best,
                (best.range.upperBound, best.range.lowerBound) <= (range.upperBound, range.lowerBound)
            {
                continue
            }
            best = (range, index)
        }
        return best
    }
}
