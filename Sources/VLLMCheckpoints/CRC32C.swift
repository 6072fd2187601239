// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem

/// The checksum of packed weights: finds every error of up to 32 bits in a row, and misses one other in 2³².
package enum CRC32C {
    /// The checksum of bytes that follow others with the checksum `before`.
    package static func checksum(of bytes: RawSpan, after before: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe vllm_crc32c(before, $0.baseAddress, $0.count) }
    }

    /// The checksums of blocks of `size` bytes, the last of which may be shorter.
    package static func checksums(ofBlocks size: Int, in bytes: RawSpan) -> [UInt32] {
        let whole = bytes.byteCount / size
        var checksums = [UInt32](repeating: 0, count: whole)
        unsafe bytes.withUnsafeBytes { unsafe vllm_crc32c_blocks(&checksums, $0.baseAddress, size, whole) }
        if whole * size < bytes.byteCount {
            checksums.append(checksum(of: bytes.extracting(whole * size..<bytes.byteCount)))
        }
        return checksums
    }
}
