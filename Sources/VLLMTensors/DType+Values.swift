// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension DType {
    /// The element at an address of host memory, widened; it need not be aligned.
    package func element(at address: UInt) -> Float {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: address) else { return 0 }
        switch self {
        case .float32: return unsafe pointer.loadUnaligned(as: Float.self)
        case .float16: return unsafe Float(pointer.loadUnaligned(as: Float16.self))
        case .bfloat16: return unsafe Float(bitPattern: UInt32(pointer.loadUnaligned(as: UInt16.self)) << 16)
        case .int32: return unsafe Float(pointer.loadUnaligned(as: Int32.self))
        }
    }

    /// A number rounded to the type, to nearest even; whole numbers are not rounded to.
    package func rounding(_ value: Float) -> Float {
        switch self {
        case .float32, .int32: return value
        case .float16: return Float(Float16(value))
        case .bfloat16:
            let bits = value.bitPattern
            return value.isFinite
                ? Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000) : value
        }
    }
}
