// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the fields of one protobuf message: the wire format of Protocol Buffers, without groups.
///
/// Lengths are checked against what the message holds before anything is read; messages inside are ranges that their
/// reader is made for, so nothing nests by itself.
struct ProtobufReader: ~Escapable {
    /// A field's value as it is on the wire.
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        /// Bytes, a text or a message: where they are.
        case bytes(Range<Int>)
    }

    private let bytes: Span<UInt8>
    private let end: Int
    private var position: Int

    /// Starts before the first field of the message that a range holds.
    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    private func failure(_ what: String, expected: String? = nil, found: String? = nil) -> TokenizerError {
        TokenizerError("byte \(position)", what, expected: expected, found: found)
    }

    /// Reads the next field, or nil at the end of the message.
    mutating func next() throws(TokenizerError) -> (field: UInt64, value: Value)? {
        guard position < end else { return nil }
        let key = try varint()
        let field = key >> 3
        guard field > 0 else { throw failure("a field has the number 0") }
        switch key & 7 {
        case 0: return (field, .varint(try varint()))
        case 1: return (field, .fixed64(try fixed(8)))
        case 2:
            let length = try varint()
            guard length <= UInt64(end - position) else {
                throw failure(
                    "field \(field) is longer than the message", expected: "up to \(end - position) bytes",
                    found: "\(length)")
            }
            defer { position += Int(length) }
            return (field, .bytes(position..<position + Int(length)))
        case 5: return (field, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        case let type:
            throw failure("field \(field) has an unknown type", expected: "0, 1, 2 or 5", found: "\(type)")
        }
    }

    private mutating func varint() throws(TokenizerError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw failure("the message ends in a number") }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw failure("a number has more than 64 bits")
    }

    private mutating func fixed(_ count: Int) throws(TokenizerError) -> UInt64 {
        guard end - position >= count else { throw failure("the message ends in a number") }
        defer { position += count }
        return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
    }
}

extension ProtobufReader.Value {
    /// A Boolean.
    var bool: Bool? { if case .varint(let value) = self { value != 0 } else { nil } }
    /// A number of up to 32 bits; more bits are dropped, as the format says.
    var int32: Int32? { if case .varint(let value) = self { Int32(truncatingIfNeeded: value) } else { nil } }
    /// A float.
    var float: Float? { if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil } }
    /// Where bytes, a text or a message are.
    var range: Range<Int>? { if case .bytes(let range) = self { range } else { nil } }
}
