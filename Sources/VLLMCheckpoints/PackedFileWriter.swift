// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import Glibc

/// Writes files of packed weights, so that a name always stands for a whole file or for none.
package enum PackedFileWriter {
    /// Writes a file, or leaves it to another process that writes it now or has just done so.
    ///
    /// What is written goes to `<path>.partial`, which one process at a time has locked, to the disk, and then to its
    /// name. The partial file is removed where that fails; a process that is killed leaves it to the next one, which
    /// writes over it.
    ///
    /// - Parameters:
    ///   - entries: names, each once, and bytes of the weights.
    ///   - seen: what stood under the name when it was decided to write; nil for nothing.
    ///   - isCancelled: asked before every 64 MiB; true gives up.
    ///   - read: gives the bytes of an entry, a part at a time.
    /// - Throws: `CancellationError` where it gave up; what `read` threw; an error of the system's.
    /// - Returns: the file's bytes, or nil where another process took care of it.
    package static func write(
        _ entries: [(name: String, size: Int)], key: PackedCacheKey, to path: String,
        replacing seen: FileStamp?, isCancelled: @escaping () -> Bool = { false },
        read: (_ entry: Int, _ write: (RawSpan) throws -> Void) throws -> Void
    ) throws -> Int? {
        let layout = PackedFileLayout(entries, key: key)
        guard var file = try PartialFile.attempt(path) else { return nil }
        // Whoever had the lock before may have finished.
        if let now = FileStamp(path), now != seen { return nil }
        try file.reserve(layout.sizeInBytes)
        var checksums = BlockChecksums(header: layout.header)
        unsafe try file.write(layout.header.span.bytes)
        for (index, entry) in entries.enumerated() {
            var rest = entry.size
            func append(_ bytes: RawSpan) throws {
                for start in stride(from: 0, to: bytes.byteCount, by: PartialFile.window) {
                    guard !isCancelled() else { throw CancellationError() }
                    let end = min(start + PartialFile.window, bytes.byteCount)
                    let window = bytes.extracting(start..<end)
                    checksums.add(window)
                    try file.write(window)
                }
                rest -= bytes.byteCount
            }
            try read(index, append)
            precondition(rest == 0, "\(entry.name) has \(entry.size - rest) bytes, not \(entry.size)")
            let padding = [UInt8](repeating: 0, count: PackedFileLayout.padded(entry.size) - entry.size)
            unsafe try append(padding.span.bytes)
        }
        checksums.finish()
        unsafe try file.write(checksums.bytes.span.bytes)
        try file.publish()
        return layout.sizeInBytes
    }
}

/// The checksums of a file as it is written.
private struct BlockChecksums {
    /// The tensor of the checksums, once it is finished.
    private(set) var bytes: [UInt8]
    private var current: UInt32 = 0
    private var filled = 0

    init(header: [UInt8]) {
        bytes = unsafe PackedFileLayout.littleEndian(CRC32C.checksum(of: header.span.bytes))
    }

    /// Adds data.
    mutating func add(_ data: RawSpan) {
        var start = 0
        while start < data.byteCount {
            let end = min(start + PackedFile.blockSize - filled, data.byteCount)
            current = CRC32C.checksum(of: data.extracting(start..<end), after: current)
            filled += end - start
            start = end
            if filled == PackedFile.blockSize { endBlock() }
        }
    }

    private mutating func endBlock() {
        bytes += PackedFileLayout.littleEndian(current)
        (current, filled) = (0, 0)
    }

    /// Adds the last block's checksum and that of the checksums.
    mutating func finish() {
        if filled > 0 { endBlock() }
        unsafe bytes += PackedFileLayout.littleEndian(CRC32C.checksum(of: bytes.span.bytes))
    }
}
