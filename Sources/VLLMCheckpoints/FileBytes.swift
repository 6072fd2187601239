// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import Glibc

/// The bytes of a checkpoint's file, mapped or embedded in the program; immutable.
///
/// SAFETY: the memory is never written and, where mapped, unmapped by the last owner.
package final class FileBytes: @unchecked Sendable {
    /// Where the first byte stands.
    package let address: UInt
    /// Bytes.
    package let count: Int
    private let isMapped: Bool

    /// Names memory that outlives the process's use of it, such as embedded data.
    package init(embeddedAt address: UInt, count: Int) {
        self.address = address
        self.count = count
        isMapped = false
    }

    /// Maps a file; nil where there is none.
    package init?(mapping path: String) throws(CheckpointError) {
        var base: UnsafeRawPointer?
        var size = 0
        let code = unsafe vllm_file_map(path, &base, &size)
        if code == ENOENT || code == ENOTDIR { return nil }
        guard code == 0 else {
            throw CheckpointError(path, "cannot be read: \(Self.text(of: code)).")
        }
        address = UInt(bitPattern: base)
        count = size
        isMapped = true
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    deinit {
        guard isMapped, count > 0 else { return }
        unsafe vllm_file_unmap(UnsafeRawPointer(bitPattern: address), count)
    }

    /// Reads the bytes in place.
    package func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
        return try body(unsafe buffer.bytes)
    }

    /// A copy of the bytes.
    package var bytes: [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count))
    }

    /// Gives back the memory of pages that are not needed any more; they are read again if they are.
    package func release(_ range: Range<Int>) {
        guard isMapped, !range.isEmpty, range.upperBound <= count else { return }
        unsafe vllm_memory_release(
            UnsafeRawPointer(bitPattern: address + UInt(range.lowerBound)), range.count)
    }

    /// Asks the system to read the whole file ahead.
    package func prefetch() {
        guard isMapped, count > 0 else { return }
        unsafe vllm_memory_prefetch(UnsafeRawPointer(bitPattern: address), count)
    }
}
