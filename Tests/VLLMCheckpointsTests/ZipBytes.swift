// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes zip archives of stored entries, byte by byte, so that tests can write false ones.
struct ZipBytes {
    /// An entry, and what its records say of it.
    struct Entry {
        var name: String
        var data: [UInt8]
        var flags: UInt16 = 0
        var method: UInt16 = 0
        /// What the directory says, where it is not the truth.
        var size: UInt32?
        var offset: UInt32?
        var localName: String?
    }

    var entries: [Entry]
    /// What the end says of the number of entries, where it is not the truth.
    var count: UInt16?
    /// Bytes between the entries and their directory.
    var gap = 0
    var comment: [UInt8] = []
    /// Writes sizes and offsets as 64-bit numbers.
    var isWide = false

    init(_ entries: [(String, [UInt8])]) { self.entries = entries.map { Entry(name: $0.0, data: $0.1) } }

    static func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Number($0 * 8)) }
    }

    /// The archive's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = entry.offset ?? UInt32(bytes.count)
            let size = entry.size ?? UInt32(entry.data.count)
            let localName = Array((entry.localName ?? entry.name).utf8)
            bytes += Self.number(UInt32(0x0403_4b50)) + Self.number(UInt16(20)) + Self.number(entry.flags)
            bytes += Self.number(entry.method) + [UInt8](repeating: 0, count: 8) + Self.number(size)
            bytes += Self.number(size) + Self.number(UInt16(localName.count)) + Self.number(UInt16(3))
            bytes += localName + [9, 9, 9] + entry.data
            if entry.flags & 8 != 0 { bytes += [0x50, 0x4b, 7, 8] + [UInt8](repeating: 0, count: 12) }
            let wide = Self.number(UInt64(size)) + Self.number(UInt64(size)) + Self.number(UInt64(offset))
            // A field of another kind in front, as some programs write.
            let extra =
                isWide ? [7, 7, 1, 0, 0] + Self.number(UInt16(1)) + Self.number(UInt16(24)) + wide : []
            let name = Array(entry.name.utf8)
            directory += Self.number(UInt32(0x0201_4b50)) + [0, 0, 20, 0] + Self.number(entry.flags)
            directory += Self.number(entry.method) + [UInt8](repeating: 0, count: 8)
            directory += Self.number(isWide ? .max : size) + Self.number(isWide ? .max : size)
            directory += Self.number(UInt16(name.count)) + Self.number(UInt16(extra.count))
            directory += [UInt8](repeating: 0, count: 10) + Self.number(isWide ? .max : offset)
            directory += name + extra
        }
        bytes += [UInt8](repeating: 0, count: gap)
        let place = bytes.count
        bytes += directory
        let total = count ?? UInt16(entries.count)
        if isWide {
            let end = bytes.count
            bytes += Self.number(UInt32(0x0606_4b50)) + Self.number(UInt64(44)) + [45, 0, 45, 0]
            bytes += [UInt8](repeating: 0, count: 8) + Self.number(UInt64(total)) + Self.number(UInt64(total))
            bytes += Self.number(UInt64(directory.count)) + Self.number(UInt64(place))
            bytes +=
                Self.number(UInt32(0x0706_4b50)) + [0, 0, 0, 0] + Self.number(UInt64(end)) + [1, 0, 0, 0]
        }
        bytes += Self.number(UInt32(0x0605_4b50)) + [0, 0, 0, 0] + Self.number(total) + Self.number(total)
        bytes +=
            Self.number(isWide ? .max : UInt32(directory.count)) + Self.number(isWide ? .max : UInt32(place))
        return bytes + Self.number(UInt16(comment.count)) + comment
    }
}
