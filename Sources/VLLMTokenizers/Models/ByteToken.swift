// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes and reads the tokens `<0x00>`...`<0xFF>` that stand for bytes.
enum ByteToken {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The token of a byte.
    static func text(_ byte: UInt8) -> [UInt8] {
        Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
    }

    /// The byte of a token, in upper or lower case, or nil if it is not one.
    static func byte(_ token: some RandomAccessCollection<UInt8>) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">") else {
            return nil
        }
        return UInt8(String(decoding: token.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
    }
}
