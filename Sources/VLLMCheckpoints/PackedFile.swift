// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMJSON

/// A file of weights as a backend packed them, mapped.
///
/// A safetensors file whose tensors are bytes, each starting at a multiple of 64, the first at one of 4096. Its metadata
/// has the format's version and the key. The last tensor, `checksums`, has the CRC-32C of everything in front of the
/// data, of each 64 KiB of the data, and of these checksums themselves. Nothing in it is believed.
package final class PackedFile: Sendable {
    static let format = "swift-vllm packed weights"
    static let version = "1"
    static let checksums = "checksums"
    static let blockSize = 1 << 16
    static let alignment = 64
    static let dataAlignment = 4096

    /// The mapped bytes, which live as long as this.
    package let file: FileBytes
    private let tensors: [String: StoredTensor]
    /// Where the weights lie in the file.
    private let data: Range<Int>
    /// Where the checksums of the data's blocks lie.
    private let blockChecksums: Int

    /// Maps a file and checks all but its data; nil where there is none.
    package convenience init?(_ path: String, key: PackedCacheKey) throws(CheckpointError) {
        guard let file = try FileBytes(mapping: path) else { return nil }
        try self.init(file, key: key)
    }

    /// Checks all of a file but its data.
    package init(_ file: FileBytes, key: PackedCacheKey) throws(CheckpointError) {
        let path = file.name
        let contents = try SafetensorsFile(file, path: path)
        try Self.checkFormat(contents.metadata, path)
        guard let checksums = contents.tensors[Self.checksums], checksums.typeName == "U32",
            checksums.range.upperBound == file.count
        else { throw CheckpointError(path, "has no checksums.") }
        self.file = file
        tensors = contents.tensors.filter { $0.key != Self.checksums }
        data = contents.dataStart..<checksums.range.lowerBound
        blockChecksums = checksums.range.lowerBound + 4
        try checkChecksums(checksums, path)
        let found = PackedCacheKey(text: contents.metadata?["key"]?.stringValue ?? "")
        guard found == key else { throw CheckpointError(path, key.mismatch(found)) }
        for (name, tensor) in tensors {
            guard tensor.typeName == "U8", tensor.range.lowerBound % Self.alignment == 0 else {
                throw CheckpointError(path, "has '\(name)' at a place where no weights can be.")
            }
        }
    }

    private static func checkFormat(_ metadata: JSONValue?, _ path: String) throws(CheckpointError) {
        guard metadata?["format"]?.stringValue == format else {
            throw CheckpointError(path, "is no file of packed weights.")
        }
        let version = metadata?["version"]?.stringValue ?? "unknown"
        guard version == Self.version else {
            throw CheckpointError(
                path, "has the format version \(version), and this program reads \(Self.version).")
        }
    }

    private func checkChecksums(_ checksums: StoredTensor, _ path: String) throws(CheckpointError) {
        let numBlocks = (data.count + Self.blockSize - 1) / Self.blockSize
        guard checksums.range.count == 4 * (numBlocks + 2) else {
            throw CheckpointError(path, "has \(checksums.range.count / 4) checksums, not \(numBlocks + 2).")
        }
        let end = file.count - 4
        let areIntact = file.withBytes { bytes in
            CRC32C.checksum(of: bytes.extracting(0..<data.lowerBound))
                == Self.checksum(at: checksums.range.lowerBound, bytes)
                && CRC32C.checksum(of: bytes.extracting(checksums.range.lowerBound..<end))
                    == Self.checksum(at: end, bytes)
        }
        guard areIntact else {
            throw CheckpointError(path, "is damaged: its header or its checksums are not as written.")
        }
    }

    /// Checks all data against the checksums.
    ///
    /// - Parameters:
    ///   - readsAhead: asks the system for the whole file at once, which memory should then hold.
    ///   - concurrently: calls a body once for each chunk, on any threads.
    package func verify(
        readsAhead: Bool = true, _ concurrently: (_ chunks: Int, _ body: (_ chunk: Int) -> Void) -> Void
    ) throws(CheckpointError) {
        if readsAhead { file.prefetch() }
        let chunk = 64 * Self.blockSize
        let damaged = Atomic<Int>(.max)
        concurrently((data.count + chunk - 1) / chunk) { index in
            let start = data.lowerBound + index * chunk
            let end = min(start + chunk, data.upperBound)
            file.withBytes { bytes in
                let found = CRC32C.checksums(ofBlocks: Self.blockSize, in: bytes.extracting(start..<end))
                for (block, checksum) in found.enumerated() {
                    let at = blockChecksums + 4 * (index * 64 + block)
                    guard checksum != Self.checksum(at: at, bytes) else { continue }
                    damaged.min(start + block * Self.blockSize, ordering: .relaxed)
                    return
                }
            }
        }
        let first = damaged.load(ordering: .relaxed)
        guard first == .max else {
            throw CheckpointError(
                file.name, "is damaged at bytes \(first)…\(min(first + Self.blockSize, data.upperBound)).")
        }
    }

    private static func checksum(at offset: Int, _ bytes: RawSpan) -> UInt32 {
        UInt32(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Bytes of all weights.
    package var sizeInBytes: Int { data.count }

    /// Where a weight of so many bytes stands; nil where the file has none of that name and size.
    package func address(of name: String, size: Int) -> UInt? {
        guard let tensor = tensors[name], tensor.range.count == PackedFileLayout.padded(size) else {
            return nil
        }
        return file.address + UInt(tensor.range.lowerBound)
    }
}
