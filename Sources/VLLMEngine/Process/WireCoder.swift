// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Bytes from the other process are not what they should be.
package struct WireError: Error, CustomStringConvertible {
    package let description: String
}

/// Writes values as bytes, or reads them back: a type says its fields once, for both directions.
///
/// Integers are LEB128 with zigzag, floating-point numbers their bits, lists and texts stand behind their count. Both
/// ends are the same program, so there are no versions.
package struct WireCoder {
    /// What was written, or is read.
    package private(set) var bytes: [UInt8]
    /// True where values are read.
    package let isReading: Bool
    private var position = 0

    /// Starts to write, behind so many zeros.
    private init(behind numZeros: Int) {
        (bytes, isReading) = ([UInt8](repeating: 0, count: numZeros), false)
    }

    /// Starts to read.
    package init(reading bytes: [UInt8]) { (self.bytes, isReading) = (bytes, true) }

    /// The bytes of one value, behind so many zeros.
    package static func bytes(of value: some WireValue, behind numZeros: Int = 0) -> [UInt8] {
        var coder = WireCoder(behind: numZeros)
        var value = value
        // Only reading throws.
        try? value.code(&coder)
        return coder.bytes
    }

    /// The value that bytes hold, and nothing behind it.
    package static func value<Value: WireValue>(_: Value.Type = Value.self, in bytes: [UInt8])
        throws(WireError) -> Value
    {
        var coder = WireCoder(reading: bytes)
        var value = Value.blank
        try value.code(&coder)
        guard coder.position == bytes.count else {
            throw WireError(description: "\(bytes.count - coder.position) bytes behind a message")
        }
        return value
    }

    /// Writes or reads a number.
    package mutating func code(_ value: inout UInt64) throws(WireError) {
        guard isReading else {
            var rest = value
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
            return
        }
        value = 0
        var shift: UInt64 = 0
        while shift < 70 {
            let byte = try next()
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return }
            shift += 7
        }
        throw WireError(description: "a number of more than 64 bits")
    }

    /// Writes or reads a count of elements that follow, each at least one byte.
    package mutating func code(count: inout Int) throws(WireError) {
        var value = UInt64(count)
        try code(&value)
        guard !isReading || value <= UInt64(bytes.count - position) else {
            throw WireError(description: "\(value) elements announced in \(bytes.count - position) bytes")
        }
        count = Int(value)
    }

    /// Writes or reads bytes as they are.
    package mutating func code(raw: inout [UInt8]) throws(WireError) {
        var count = raw.count
        try code(count: &count)
        if isReading {
            raw = Array(bytes[position..<position + count])
            position += count
        } else {
            bytes += raw
        }
    }

    private mutating func next() throws(WireError) -> UInt8 {
        guard position < bytes.count else { throw WireError(description: "a message that ends early") }
        let byte = bytes[position]
        position += 1
        return byte
    }
}

/// A value that crosses between the processes of front end and engine.
package protocol WireValue: Sendable {
    /// What stands in a variable before a value is read into it.
    static var blank: Self { get }
    /// Writes or reads every field, in one order.
    mutating func code(_ coder: inout WireCoder) throws(WireError)
}
