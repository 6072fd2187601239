// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Compares and hashes strings by their UTF-8 bytes.
///
/// `String` compares by canonical equivalence, which would merge keys that JSON and Python keep apart.
package enum StringBytes {
    /// Differs from process to process, so that keys which collide cannot be prepared in advance.
    private static let seed = UInt64.random(in: .min ... .max)

    /// Whether two strings have the same bytes.
    @inline(__always)
    package static func equal(_ left: String, _ right: String) -> Bool {
        let count = left.utf8.count
        guard count == right.utf8.count else { return false }
        return equal(left.utf8Span.span, right.utf8Span.span)
    }

    /// Whether two runs of bytes are the same.
    @inline(__always)
    package static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        let left = unsafe left.bytes
        let right = unsafe right.bytes
        let count = left.byteCount
        var offset = 0
        while offset + 8 <= count {
            if word(left, offset) != word(right, offset) { return false }
            offset += 8
        }
        while offset < count {
            if byte(left, offset) != byte(right, offset) { return false }
            offset += 1
        }
        return true
    }

    /// A hash of the bytes of a string.
    @inline(__always)
    package static func hash(_ string: String) -> UInt64 {
        hash(string.utf8Span.span)
    }

    /// A seeded hash of bytes: eight at a time, each folded in by a 64 × 64 → 128 bit product.
    @inline(__always)
    package static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        let raw = unsafe bytes.bytes
        let count = raw.byteCount
        var state = seed ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
        var offset = 0
        while offset + 8 <= count {
            state = mix(state ^ word(raw, offset), 0xD6E8_FEB8_6659_FD93 ^ seed)
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < count {
            tail = tail << 8 | UInt64(byte(raw, offset))
            offset += 1
        }
        return mix(state ^ tail, 0xA076_1D64_78BD_642F ^ seed)
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inline(__always)
    private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        // Every caller has checked that offset + 8 is within the span.
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    private static func byte(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        // Every caller has checked that offset is within the span.
        unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
