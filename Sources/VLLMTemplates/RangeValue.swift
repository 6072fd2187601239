// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The integers from a start up or down to before an end.
final class RangeValue {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    /// Fails if the step is 0 or there are more values than allowed.
    init(start: Int, stop: Int, step: Int, limit: Int) throws(TemplateError) {
        if step == 0 { throw .runtime("range() arg 3 must not be zero") }
        let (low, high) = step > 0 ? (start, stop) : (stop, start)
        let count: UInt
        if low >= high {
            count = 0
        } else {
            let distance = UInt(bitPattern: high) &- UInt(bitPattern: low)
            count = (distance - 1) / step.magnitude + 1
        }
        if count > UInt(limit) {
            throw .limit("Range too big. The sandbox blocks ranges larger than MAX_RANGE (\(limit)).")
        }
        self.start = start
        self.stop = stop
        self.step = step
        self.count = Int(count)
    }

    subscript(position: Int) -> Value { .int(start &+ position &* step) }

    var items: [Value] { (0..<count).map { self[$0] } }
}
