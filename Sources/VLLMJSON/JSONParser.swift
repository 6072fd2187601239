// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads JSON text as RFC 8259 defines it, within limits of depth and size.
///
/// A lone surrogate escape becomes U+FFFD. Of equal keys the last value stays, at the place of the first.
public struct JSONParser {
    /// Reads a whole document; only white space may surround the value.
    public static func parse(
        _ bytes: Span<UInt8>, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        if bytes.count > limits.maximumSizeInBytes {
            throw JSONError(
                kind: .size,
                message: "the document has \(bytes.count) bytes, more than \(limits.maximumSizeInBytes)",
                offset: limits.maximumSizeInBytes, line: 1, column: 1)
        }
        do {
            _ = try UTF8Span(validating: bytes)
        } catch {
            let position = error.byteOffsets.lowerBound
            throw JSONReader.error(
                .encoding, "expected UTF-8, found an invalid sequence", at: position, in: bytes)
        }
        var reader = JSONReader(bytes: bytes, limits: limits)
        return try reader.document()
    }

    /// Reads a whole document.
    public static func parse(
        _ bytes: RawSpan, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        try parse(Span<UInt8>(_bytes: bytes), limits: limits)
    }

    /// Reads a whole document.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        try parse(bytes.span, limits: limits)
    }

    /// Reads a whole document from memory that must stay valid and unchanged until this returns.
    @unsafe
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        try parse(unsafe RawSpan(_unsafeBytes: bytes), limits: limits)
    }

    /// Reads a whole document.
    public static func parse(
        _ text: String, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        try parse(text.utf8Span.span, limits: limits)
    }
}
