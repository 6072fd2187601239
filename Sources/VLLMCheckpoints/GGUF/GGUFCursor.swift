// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Walks through the header of a GGUF file, and stops where the file ends before what it announces.
struct GGUFCursor {
    let file: FileBytes
    private(set) var position = 0

    init(_ file: FileBytes) { self.file = file }

    init(_ file: FileBytes, at position: Int) { (self.file, self.position) = (file, position) }

    /// Bytes that are left.
    var remaining: Int { file.count - position }

    /// Creates an error about this file.
    func error(_ message: String) -> CheckpointError { CheckpointError(file.name, message) }

    /// Reads a number.
    ///
    /// - Parameter what: names it, should the file end before it does.
    mutating func number<Number: BitwiseCopyable>(
        _: Number.Type = Number.self, _ what: @autoclosure () -> String
    ) throws(CheckpointError) -> Number {
        let start = try skip(MemoryLayout<Number>.size, what())
        return file.withBytes { unsafe $0.unsafeLoadUnaligned(fromByteOffset: start, as: Number.self) }
    }

    /// Reads a count, of which each piece takes so many bytes of the file at least.
    mutating func count(
        of minimumSize: Int, _ what: @autoclosure () -> String
    ) throws(CheckpointError) -> Int {
        let announced = try number(UInt64.self, what())
        guard announced <= UInt64(remaining / minimumSize) else {
            throw error(
                "announces \(announced) for \(what()), more than the \(remaining) bytes that follow can hold."
            )
        }
        return Int(announced)
    }

    /// Passes over a text: a length, then so many bytes; returns where they are.
    mutating func textRange(_ what: @autoclosure () -> String) throws(CheckpointError) -> Range<Int> {
        let length = try count(of: 1, "the length of \(what())")
        let start = try skip(length, what())
        return start..<start + length
    }

    /// Reads a text; what is not UTF-8 is mended.
    mutating func text(_ what: @autoclosure () -> String) throws(CheckpointError) -> String {
        file.text(try textRange(what()))
    }

    /// Passes over some bytes; returns where they start.
    @discardableResult
    mutating func skip(_ count: Int, _ what: @autoclosure () -> String) throws(CheckpointError) -> Int {
        guard count >= 0, count <= remaining else {
            throw error("ends after \(file.count) bytes, within \(what()).")
        }
        defer { position += count }
        return position
    }
}
