// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Division of integers into a floating-point number.
enum IntegerDivision {
    /// The double nearest to a quotient, as Python's `/` gives it, for a divisor that is not 0.
    ///
    /// Where both are exact as doubles, their quotient is. Else the quotient is computed with 55 bits or more, the last
    /// of which stands for all that follow, and rounded once.
    static func quotient(_ a: Int, _ b: Int) -> Double {
        if let x = Double(exactly: a), let y = Double(exactly: b) { return x / y }
        let (dividend, divisor) = (UInt128(a.magnitude), UInt128(b.magnitude))
        let bits = UInt128.bitWidth - dividend.leadingZeroBitCount
        let shift = max(0, 55 + UInt128.bitWidth - divisor.leadingZeroBitCount - bits)
        let (quotient, remainder) = (dividend << UInt128(shift)).quotientAndRemainder(dividingBy: divisor)
        let magnitude = Double(UInt64(clamping: remainder == 0 ? quotient : quotient | 1))
        let scaled = Double(sign: .plus, exponent: -shift, significand: magnitude)
        return (a < 0) != (b < 0) ? -scaled : scaled
    }
}
