// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import Glibc

/// The bytes of a checkpoint's file, mapped, made by a program or embedded in it; immutable.
///
/// SAFETY: the memory is never written and, where mapped or made, given back by the last owner.
public final class FileBytes: @unchecked Sendable {
    /// What messages call it.
    public let name: String
    /// Where the first byte stands.
    package let address: UInt
    /// Bytes.
    public let count: Int
    /// The file's state before it was mapped; nil where there is no file.
    package let stamp: FileStamp?
    private let origin: Origin

    private enum Origin {
        case embedded, mapped, made
    }

    /// Names memory that outlives the process's use of it, such as embedded data.
    package init(embeddedAt address: UInt, count: Int) {
        self.address = address
        self.count = count
        name = "a file of this program"
        (origin, stamp) = (.embedded, nil)
    }

    /// Takes bytes that a program made or fetched.
    public init(_ bytes: [UInt8], name: String) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        unsafe memory.copyBytes(from: bytes)
        address = UInt(bitPattern: memory.baseAddress)
        count = bytes.count
        self.name = name
        (origin, stamp) = (.made, nil)
    }

    /// Maps a file; nil where there is none.
    public init?(mapping path: String) throws(CheckpointError) {
        var base: UnsafeRawPointer?
        var size = 0
        // A file that is replaced meanwhile then has contents newer than its stamp, never older.
        let stamp = FileStamp(path)
        let code = unsafe vllm_file_map(path, &base, &size)
        if code == ENOENT || code == ENOTDIR { return nil }
        guard code == 0 else {
            throw CheckpointError(path, "cannot be read: \(SystemError.text(code)).")
        }
        address = UInt(bitPattern: base)
        count = size
        name = path
        (origin, self.stamp) = (.mapped, stamp)
    }

    deinit {
        switch origin {
        case .embedded: break
        case .mapped: if count > 0 { unsafe vllm_file_unmap(UnsafeRawPointer(bitPattern: address), count) }
        case .made: unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        }
    }

    /// Reads the bytes in place.
    public func withBytes<Result, Failure: Error>(
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
        guard origin == .mapped, !range.isEmpty, range.upperBound <= count else { return }
        unsafe vllm_memory_release(
            UnsafeRawPointer(bitPattern: address + UInt(range.lowerBound)), range.count)
    }

    /// Asks the system to read the whole file ahead.
    package func prefetch() {
        guard origin == .mapped, count > 0 else { return }
        unsafe vllm_memory_prefetch(UnsafeRawPointer(bitPattern: address), count)
    }
}
