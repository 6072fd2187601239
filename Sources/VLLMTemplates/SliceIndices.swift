// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The places that a slice takes, as Python's `slice.indices`.
struct SliceIndices {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    init(start: Int?, stop: Int?, step: Int?, count length: Int) throws(TemplateError) {
        let step = step ?? 1
        if step == 0 { throw .runtime("slice step cannot be zero") }
        let low = step < 0 ? -1 : 0
        let high = step < 0 ? length - 1 : length
        func clamp(_ value: Int) -> Int {
            min(max(value < 0 ? value &+ length : value, low), high)
        }
        self.start = start.map(clamp) ?? (step < 0 ? high : low)
        self.stop = stop.map(clamp) ?? (step < 0 ? low : high)
        self.step = step
        let distance = step < 0 ? self.start - self.stop : self.stop - self.start
        count = distance <= 0 ? 0 : (distance - 1) / Int(clamping: step.magnitude) + 1
    }

    var places: [Int] { (0..<count).map { start + $0 * step } }
}
