// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says which script a code point belongs to.
struct ScriptTable: Sendable {
    /// The table, expanded on first use.
    static let shared = ScriptTable()

    /// The first code points of runs, in order, and the number of each run's script.
    private let starts: [UInt32]
    private let scripts: [UInt8]

    private init() {
        var numbers = EncodedNumbers(UnicodeScriptData.scripts)
        var starts: [UInt32] = []
        var scripts: [UInt8] = []
        var start: UInt32 = 0
        while let length = numbers.next(), let script = numbers.next() {
            starts.append(start)
            scripts.append(UInt8(truncatingIfNeeded: script))
            start += length
        }
        self.starts = starts + [start]
        self.scripts = scripts + [0]
    }

    /// The number of a code point's script; nil for what goes with any.
    func script(of scalar: UInt32) -> UInt8? {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= scalar { low = middle } else { high = middle }
        }
        return scripts[low] == 0 ? nil : scripts[low]
    }
}
