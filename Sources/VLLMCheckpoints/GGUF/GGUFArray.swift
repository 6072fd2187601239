// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A list in the metadata of a GGUF file, left where it stands: vocabularies have hundreds of thousands of elements.
package struct GGUFArray: Sendable {
    /// The type of its elements.
    package let type: GGUFValueType
    /// Elements.
    package let count: Int
    /// The file, which is mapped as long as this value lives, and where in it the elements stand.
    private let file: FileBytes
    private let start: Int

    /// The deepest list within lists; writers make none at all.
    private static let maximumDepth = 4

    /// Passes over a list and checks that the file holds it.
    init(_ cursor: inout GGUFCursor, key: String, depth: Int = 0) throws(CheckpointError) {
        guard depth < Self.maximumDepth else {
            throw cursor.error("key '\(key)' has lists in lists, deeper than \(Self.maximumDepth).")
        }
        let number = try cursor.number(UInt32.self, "the list '\(key)'")
        guard let type = GGUFValueType(rawValue: number) else {
            throw cursor.error("key '\(key)' has elements of the unknown type \(number); there are 0…12.")
        }
        count = try cursor.count(of: type.minimumSize, "the elements of '\(key)'")
        (self.type, file, start) = (type, cursor.file, cursor.position)
        if let size = type.size {
            try cursor.skip(count * size, "the list '\(key)'")
            return
        }
        for _ in 0..<count {
            if type == .string {
                _ = try cursor.textRange("a text of '\(key)'")
            } else {
                _ = try GGUFArray(&cursor, key: key, depth: depth + 1)
            }
        }
    }

    /// The texts; nil where it holds something else.
    package var strings: [String]? {
        var texts: [String] = []
        texts.reserveCapacity(type == .string ? count : 0)
        return forEachText { texts.append(file.text($0)) } ? texts : nil
    }

    /// The whole numbers, truth as 0 and 1; nil where it holds something else, or a number that no `Int` is.
    package var integers: [Int]? {
        switch type {
        case .uint8: numbers(UInt8.self)
        case .int8: numbers(Int8.self)
        case .uint16: numbers(UInt16.self)
        case .int16: numbers(Int16.self)
        case .uint32: numbers(UInt32.self)
        case .int32: numbers(Int32.self)
        case .uint64: numbers(UInt64.self)
        case .int64: numbers(Int64.self)
        case .bool: numbers(UInt8.self)?.map { $0 == 0 ? 0 : 1 }
        case .float32, .float64, .string, .array: nil
        }
    }

    /// The numbers; nil where it holds something else.
    package var floats: [Float]? {
        switch type {
        case .float32: load(Float.self)
        case .float64: load(Double.self).map(Float.init)
        default: integers?.map(Float.init)
        }
    }

    private func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type
    ) -> [Int]? {
        var integers: [Int] = []
        for number in load(Number.self) {
            guard let integer = Int(exactly: number) else { return nil }
            integers.append(integer)
        }
        return integers
    }

    private func load<Number: BitwiseCopyable>(_: Number.Type) -> [Number] {
        var cursor = GGUFCursor(file, at: start)
        // The list was found to be whole when it was passed over.
        var numbers: [Number] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            if let number = try? cursor.number(Number.self, "") { numbers.append(number) }
        }
        return numbers
    }

    /// Calls the body with the place of each text; false where there are none.
    private func forEachText(_ body: (Range<Int>) -> Void) -> Bool {
        guard type == .string else { return false }
        var cursor = GGUFCursor(file, at: start)
        for _ in 0..<count {
            // The lengths were checked when the list was passed over.
            guard let range = try? cursor.textRange("") else { return false }
            body(range)
        }
        return true
    }
}
