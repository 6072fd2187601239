// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Where everything stands in a file of packed weights that is to be written.
struct PackedFileLayout {
    /// The bytes in front of the data.
    let header: [UInt8]
    /// Bytes of the whole file.
    let sizeInBytes: Int

    /// - Parameter entries: names, each once, and bytes of the weights, in the order in which they are written.
    init(_ entries: [(name: String, size: Int)], key: PackedCacheKey) {
        var object = JSONObject()
        object["__metadata__"] = [
            "format": .string(PackedFile.format), "version": .string(PackedFile.version),
            "key": .string(key.text),
        ]
        var end = 0
        func tensor(_ dtype: String, _ count: Int, _ size: Int) -> JSONValue {
            defer { end += size }
            return [
                "dtype": .string(dtype), "shape": [.integer(count)],
                "data_offsets": [.integer(end), .integer(end + size)],
            ]
        }
        for (name, size) in entries { object[name] = tensor("U8", Self.padded(size), Self.padded(size)) }
        // Of the header, of each block, and of the checksums themselves.
        let numChecksums = (end + PackedFile.blockSize - 1) / PackedFile.blockSize + 2
        object[PackedFile.checksums] = tensor("U32", numChecksums, 4 * numChecksums)
        var text: [UInt8] = []
        JSONWriter().write(object, into: &text)
        let dataStart = Self.padded(8 + text.count, to: PackedFile.dataAlignment)
        text += [UInt8](repeating: UInt8(ascii: " "), count: dataStart - 8 - text.count)
        header = Self.littleEndian(UInt64(text.count)) + text
        sizeInBytes = dataStart + end
    }

    /// A size with what is behind it up to the next weight.
    static func padded(_ size: Int, to alignment: Int = PackedFile.alignment) -> Int {
        (size + alignment - 1) / alignment * alignment
    }

    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
    }
}
