// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// Half a unit in the last place, relative: how far rounding to nearest moves a number.
package enum RoundingError {
    package static let bfloat16 = 0x1p-8
    package static let float16 = 0x1p-11
    package static let float32 = 0x1p-24

    /// A little more than half a unit of a type, for values that were rounded to float32 first; 0 for float32.
    package static func narrowing(to dtype: DType) -> Double {
        switch dtype {
        case .bfloat16: 1.01 * bfloat16
        case .float16: 1.01 * float16
        case .float32, .int32: 0
        }
    }
}

extension Float {
    /// The nearest bfloat16, ties to even.
    package var bf16: UInt16 {
        if isNaN { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)) >> 16)
    }

    package init(bf16: UInt16) { self.init(bitPattern: UInt32(bf16) << 16) }

    /// This number as a type holds it.
    package func rounded(to dtype: DType) -> Float {
        switch dtype {
        case .bfloat16: Float(bf16: bf16)
        case .float16: Float(Float16(self))
        case .float32, .int32: self
        }
    }
}
