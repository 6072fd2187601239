// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Names places of a document by their keys and indices, for messages.
enum JSONPath {
    /// The bytes of a key that are shown, and the characters of a path.
    private static let longestKey = 64
    private static let longestPath = 200

    /// An array or an object that is open.
    private struct Level {
        let isObject: Bool
        var index = 0
        var key = ""
        var expectsKey: Bool
    }

    /// The path, such as `a.b[3]`, of the value that begins at an offset; everything before it has been read as JSON.
    static func text(of offset: Int, in bytes: Span<UInt8>) -> String {
        var levels: [Level] = []
        var position = 0
        while position < min(offset, bytes.count) {
            switch bytes[position] {
            case UInt8(ascii: "{"): levels.append(Level(isObject: true, expectsKey: true))
            case UInt8(ascii: "["): levels.append(Level(isObject: false, expectsKey: false))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): levels.removeLast(levels.isEmpty ? 0 : 1)
            case UInt8(ascii: ","):
                guard let last = levels.indices.last else { break }
                levels[last].index += 1
                levels[last].expectsKey = levels[last].isObject
            case UInt8(ascii: "\""):
                let start = position + 1
                position = end(ofString: start, in: bytes)
                guard let last = levels.indices.last, levels[last].expectsKey else { break }
                levels[last].key = key(bytes, start..<position)
                levels[last].expectsKey = false
            default: break
            }
            position += 1
        }
        let path = levels.reduce(into: "") { path, level in
            if level.isObject, !path.isEmpty { path += "." }
            path += level.isObject ? level.key : "[\(level.index)]"
        }
        return path.count > longestPath ? "\(path.prefix(longestPath))…" : path
    }

    /// Where the quote is that ends a string.
    private static func end(ofString start: Int, in bytes: Span<UInt8>) -> Int {
        var position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position, bytes.count)
    }

    private static func key(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let shown = range.prefix(longestKey)
        return String(decoding: shown.map { bytes[$0] }, as: UTF8.self)
            + (shown.count < range.count ? "…" : "")
    }
}
