// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension FileBytes {
    /// The little-endian number at an offset; nil where the file has not all of its bytes.
    func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type, at offset: Int
    ) -> Number? {
        guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return nil }
        return withBytes { bytes in
            Number(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
        }
    }

    /// A range as text, which the file must have; what is not UTF-8 in it is replaced.
    func text(_ range: Range<Int>) -> String {
        withBytes { bytes in
            unsafe bytes.extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }
}
