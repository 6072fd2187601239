// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a number should be, and how far from it a correct answer may lie.
package struct Bounded: Sendable {
    package var value: Double
    package var tolerance: Double

    package init(_ value: Double, tolerance: Double) {
        self.value = value
        self.tolerance = tolerance
    }
}

/// The comparison of one case's answers with what they should be.
package struct Comparison: Sendable {
    /// The first difference, in a sentence.
    package private(set) var mismatch: String?
    /// The largest share of a tolerance that an error took.
    package private(set) var largestShare = 0.0
    /// Numbers compared.
    package private(set) var count = 0

    package init() {}

    /// Compares a number; what is no number is never right.
    package mutating func expect(_ found: Float, _ expected: Bounded, _ place: @autoclosure () -> String) {
        count += 1
        let error = abs(Double(found) - expected.value)
        guard error <= expected.tolerance else {
            fail(
                "\(place()) is \(found), should be \(expected.value) with an error of at most \(expected.tolerance)"
            )
            return
        }
        if error > 0 { largestShare = max(largestShare, error / expected.tolerance) }
    }

    /// Compares numbers in turn.
    package mutating func expect(_ found: [Float], _ expected: [Bounded], _ place: String) {
        require(found.count == expected.count, "\(place): \(found.count) numbers, not \(expected.count)")
        for (index, pair) in zip(found, expected).enumerated() {
            expect(pair.0, pair.1, "\(place), element \(index),")
        }
    }

    /// Compares numbers bit for bit; NaN is like NaN.
    package mutating func expect(_ found: [Float], bits expected: [Float], _ place: String) {
        require(found.count == expected.count, "\(place): \(found.count) numbers, not \(expected.count)")
        count += found.count
        for (index, pair) in zip(found, expected).enumerated()
        where pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN) {
            fail("\(place), element \(index), is \(pair.0), should be exactly \(pair.1)")
            return
        }
    }

    /// Compares values that are right or wrong.
    package mutating func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ place: String) {
        count += 1
        if found != expected { fail("\(place) is \(found), should be \(expected)") }
    }

    /// Notes a difference where a condition does not hold.
    package mutating func require(_ condition: Bool, _ sentence: @autoclosure () -> String) {
        if !condition { fail(sentence()) }
    }

    private mutating func fail(_ sentence: String) { mismatch = mismatch ?? sentence }
}
