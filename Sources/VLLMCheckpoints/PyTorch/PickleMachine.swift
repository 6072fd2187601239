// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads a pickle of tensors without running anything that it asks for.
///
/// An interpreter of the operations in `PickleOpcode` over values that are data alone. Whatever is not needed to rebuild
/// tensors is refused by its name and place. Time and memory grow with the pickle's bytes, whatever it says, for no value
/// is ever copied or walked through.
///
/// Format: CPython's Lib/pickletools.py; the calls are those of torch/_utils.py and torch/serialization.py.
struct PickleMachine {
    /// The longest pickle that is read: that of a hundred thousand tensors has about 25 MB.
    static let maximumSize = 64 << 20
    /// Values that wait to be used; PyTorch's pickles have about two thousand.
    private static let maximumStack = 1 << 18
    private static let maximumMarks = 1 << 12
    /// Values that were noted to be used again, and objects with their parts.
    private static let maximumObjects = 1 << 22

    private let file: FileBytes
    private let path: String
    let range: Range<Int>
    var position: Int
    var stack: [PickleValue] = []
    var marks: [Int] = []
    var memo: [UInt32: PickleValue] = [:]
    /// What has been made so far.
    var objects = PickleObjects()

    /// - Parameters:
    ///   - range: where the pickle begins, and what it ends before.
    ///   - path: what messages call it.
    init(_ file: FileBytes, _ range: Range<Int>, path: String) {
        (self.file, self.range, self.path) = (file, range, path)
        position = range.lowerBound
    }

    /// Reads the pickle up to its end, which is returned with the value that it stands for.
    mutating func run() throws(CheckpointError) -> (value: PickleValue, end: Int) {
        while true {
            let start = position
            let byte = try number(UInt8.self)
            guard let opcode = PickleOpcode(rawValue: byte) else {
                throw fail(
                    "has the pickle operation \(PickleOpcode.nameOfOther(byte))", at: start,
                    "which is not needed to rebuild tensors and is not done")
            }
            if opcode == .stop { return (try pop(), position) }
            try execute(opcode, at: start)
            guard stack.count <= Self.maximumStack, marks.count <= Self.maximumMarks,
                memo.count + objects.count <= Self.maximumObjects
            else { throw fail("has a pickle that makes too many values", at: start) }
        }
    }

    /// An error about a place in the file.
    func fail(_ what: String, at place: Int? = nil, _ rest: String? = nil) -> CheckpointError {
        let place = place.map { " at byte \($0)" } ?? ""
        return CheckpointError(path, "\(what)\(place)\(rest.map { ", \($0)" } ?? "").")
    }

    /// The text of a value; nil for what is none.
    func text(_ value: PickleValue) -> String? {
        guard case .text(let text) = value else { return nil }
        return file.text(place(text))
    }

    /// The little-endian bytes of a whole number that 64 bits do not hold.
    func bytes(_ text: PickleText) -> [UInt8] {
        place(text).map { file.littleEndian(UInt8.self, at: $0) ?? 0 }
    }

    private func place(_ text: PickleText) -> Range<Int> {
        let start = range.lowerBound + Int(text.start)
        return start..<start + Int(text.count)
    }

    // MARK: Bytes

    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type
    ) throws(CheckpointError) -> Number {
        let size = MemoryLayout<Number>.size
        guard size <= range.upperBound - position, let number = file.littleEndian(type, at: position) else {
            throw fail("has a pickle that is cut", at: position)
        }
        position += size
        return number
    }

    /// The next bytes, as many as were announced.
    mutating func take(_ count: some FixedWidthInteger) throws(CheckpointError) -> PickleText {
        guard let count = Int(exactly: count), count >= 0, count <= range.upperBound - position else {
            throw fail("announces \(count) bytes", at: position, "but the pickle ends before")
        }
        defer { position += count }
        return PickleText(start: UInt32(position - range.lowerBound), count: UInt32(count))
    }

    /// A line of a global's name.
    mutating func line() throws(CheckpointError) -> String {
        let start = position
        while try number(UInt8.self) != UInt8(ascii: "\n") {
            guard position - start <= 512 else { throw fail("has a name of over 512 bytes", at: start) }
        }
        return file.text(start..<position - 1)
    }

    // MARK: Stack

    mutating func pop() throws(CheckpointError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            throw fail("has a pickle that uses a value which it has not made", at: position)
        }
        return value
    }

    mutating func pop(_ count: Int) throws(CheckpointError) -> [PickleValue] {
        var values: [PickleValue] = []
        for _ in 0..<count { values.append(try pop()) }
        return values.reversed()
    }

    mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
        guard let mark = marks.popLast() else {
            throw fail("has a pickle that looks for a mark which it has not set", at: position)
        }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    func top() throws(CheckpointError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else {
            throw fail("has a pickle that uses a value which it has not made", at: position)
        }
        return value
    }
}
