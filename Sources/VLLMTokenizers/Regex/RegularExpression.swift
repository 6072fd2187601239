// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CPCRE2

/// A compiled regular expression: Oniguruma's Ruby syntax and Unicode 16.0 on PCRE2 with its compiler.
///
/// Matching is bounded: a pattern that backtracks too much is an error, not a hang.
@safe
final class RegularExpression: Sendable {
    /// How often one match may call itself before it is given up.
    private static let matchLimit: UInt32 = 5_000_000
    /// Kibibytes of backtracking memory one match may use.
    private static let heapLimit: UInt32 = 65536

    /// The expression as it was given.
    let pattern: String
    /// Whether there is machine code for it.
    private let isCompiled: Bool
    // SAFETY: written in the initializer and freed in the deinitializer only; PCRE2 reads compiled patterns
    // and match contexts from any number of threads.
    private nonisolated(unsafe) let code: OpaquePointer
    // SAFETY: as `code`.
    private nonisolated(unsafe) let context: OpaquePointer

    init(_ pattern: String, context where: String) throws(TokenizerError) {
        self.pattern = pattern
        let translated = try OnigurumaTranslation.translate(pattern, context: `where`)
        var status: Int32 = 0
        var offset = 0
        var bytes = Array(translated.utf8)
        let compileContext = unsafe pcre2_compile_context_create_8(nil)
        unsafe pcre2_set_newline_8(compileContext, UInt32(PCRE2_NEWLINE_LF))
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_MULTILINE)
        let code = unsafe pcre2_compile_8(&bytes, bytes.count, options, &status, &offset, compileContext)
        unsafe pcre2_compile_context_free_8(compileContext)
        guard let code = unsafe code else {
            throw TokenizerError(
                `where`,
                "the pattern does not compile: \(Self.message(status)) at byte \(offset) of \(translated)",
                found: pattern)
        }
        guard let matchContext = unsafe pcre2_match_context_create_8(nil) else {
            unsafe pcre2_code_free_8(code)
            throw TokenizerError(`where`, "out of memory for a pattern", found: pattern)
        }
        unsafe pcre2_set_match_limit_8(matchContext, Self.matchLimit)
        unsafe pcre2_set_heap_limit_8(matchContext, Self.heapLimit)
        // Without the compiler the interpreter matches the same.
        isCompiled = unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE)) == 0
        unsafe self.code = code
        unsafe self.context = matchContext
    }

    deinit {
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_code_free_8(code)
    }

    private static func message(_ status: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe pcre2_get_error_message_8(status, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, Int(count))), as: UTF8.self)
    }

    /// Appends the matches in a part of a text, which the pattern sees as the whole text.
    ///
    /// A match may be empty, but not where the one before ended.
    func appendMatches(
        in text: Span<UInt8>, _ range: Range<Int>, to matches: inout [Range<Int>]
    ) throws(TokenizerError) {
        guard !range.isEmpty else { return }
        let status = unsafe text.extracting(range).withUnsafeBufferPointer { buffer in
            unsafe search(buffer, base: range.lowerBound, to: &matches)
        }
        if let status {
            throw TokenizerError(
                "pattern", "matching gave up: \(Self.message(status))", found: pattern)
        }
    }

    /// Appends all matches and returns nil, or the error that ended the search.
    private func search(
        _ text: UnsafeBufferPointer<UInt8>, base: Int, to matches: inout [Range<Int>]
    ) -> Int32? {
        let matchData = unsafe pcre2_match_data_create_from_pattern_8(code, nil)
        defer { unsafe pcre2_match_data_free_8(matchData) }
        guard let offsets = unsafe pcre2_get_ovector_pointer_8(matchData) else {
            return Int32(PCRE2_ERROR_NOMEMORY)
        }
        var position = 0
        var lastEnd = -1
        while position <= text.count {
            let status = unsafe match(text, from: position, matchData)
            if status == PCRE2_ERROR_NOMATCH { return nil }
            if status < 0 { return status }
            let start = Int(unsafe offsets[0])
            let end = Int(unsafe offsets[1])
            if start >= end, end == lastEnd || start > end {
                guard end < text.count else { return nil }
                position = max(position, end) + Self.length(unsafe text[end])
                continue
            }
            matches.append(base + start..<base + end)
            position = end
            lastEnd = end
        }
        return nil
    }

    private func match(
        _ text: UnsafeBufferPointer<UInt8>, from position: Int, _ matchData: OpaquePointer?
    ) -> Int32 {
        if isCompiled {
            let status = unsafe pcre2_jit_match_8(
                code, text.baseAddress, text.count, position, 0, matchData, context)
            // The compiled code's stack is small; the interpreter uses the heap.
            if status != PCRE2_ERROR_JIT_STACKLIMIT { return status }
        }
        let options = UInt32(PCRE2_NO_UTF_CHECK) | UInt32(PCRE2_NO_JIT)
        return unsafe pcre2_match_8(code, text.baseAddress, text.count, position, options, matchData, context)
    }

    /// The bytes of a code point that begins with a byte.
    private static func length(_ lead: UInt8) -> Int {
        lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    }
}
