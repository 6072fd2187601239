// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes GGUF files by hand, sound ones and others.
struct GGUFBuilder {
    /// One tensor of the header.
    struct Tensor {
        var name: String
        /// As the file has them: the innermost first.
        var extents: [UInt64]
        var type: UInt32
        var offset: UInt64
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    /// What the header announces; nil is what it has.
    var numTensors: UInt64?
    var numValues: UInt64?
    var values: [[UInt8]] = []
    var tensors: [Tensor] = []
    var alignment = 32
    var numDataBytes = 0

    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }

    /// Adds a value by its type's number and its bytes.
    mutating func add(_ key: String, _ type: UInt32, _ value: [UInt8]) {
        values.append(Self.text(key) + Self.bytes(type) + value)
    }

    mutating func add(_ key: String, _ value: UInt32) { add(key, 4, Self.bytes(value)) }

    mutating func add(_ key: String, _ value: String) { add(key, 8, Self.text(value)) }

    mutating func add(_ key: String, float value: Float) { add(key, 6, Self.bytes(value.bitPattern)) }

    /// Adds a list by the number of its elements' type.
    mutating func add(_ key: String, list type: UInt32, _ elements: [[UInt8]], count: UInt64? = nil) {
        let count = count ?? UInt64(elements.count)
        add(key, 9, Self.bytes(type) + Self.bytes(count) + elements.flatMap { $0 })
    }

    /// The file; its data are 1, 2, 3 and so on.
    var file: [UInt8] {
        var file = magic + Self.bytes(version)
        file += Self.bytes(numTensors ?? UInt64(tensors.count))
        file += Self.bytes(numValues ?? UInt64(values.count)) + values.flatMap { $0 }
        for tensor in tensors {
            file += Self.text(tensor.name) + Self.bytes(UInt32(tensor.extents.count))
            file += tensor.extents.flatMap { Self.bytes($0) }
            file += Self.bytes(tensor.type) + Self.bytes(tensor.offset)
        }
        guard numDataBytes > 0 else { return file }
        file += [UInt8](repeating: 0, count: (alignment - file.count % alignment) % alignment)
        return file + (0..<numDataBytes).map { UInt8(truncatingIfNeeded: $0 + 1) }
    }
}
