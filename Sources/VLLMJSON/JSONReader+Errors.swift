// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// An error at the current position that names what was expected and what is there.
    func unexpected(_ expected: String) -> JSONError {
        failure(.syntax, "expected \(expected), found \(found)", at: offset)
    }

    /// An error at a position.
    func failure(_ kind: JSONError.Kind, _ message: String, at position: Int) -> JSONError {
        Self.error(kind, message, at: position, in: bytes)
    }

    private var found: String {
        guard offset < count else { return "the end of the document" }
        let next = byte(offset)
        if next > 0x20, next < 0x7F { return "'\(Character(Unicode.Scalar(next)))'" }
        return "byte 0x" + String(next, radix: 16)
    }

    /// Counts lines and columns up to a position.
    static func error(
        _ kind: JSONError.Kind, _ message: String, at position: Int, in bytes: Span<UInt8>
    ) -> JSONError {
        var line = 1
        var lineStart = 0
        for index in 0..<min(position, bytes.count) where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONError(
            kind: kind, message: message, offset: position, line: line, column: position - lineStart + 1)
    }
}
