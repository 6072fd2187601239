// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints

/// Headers that lie: every one is an error that names the file, never a trap.
@Suite struct SafetensorsFileTests {
    /// A file in memory with this header and so many bytes of data.
    private func read(
        header: String, data: Int = 64, length: UInt64? = nil
    ) throws(CheckpointError) -> [String: StoredTensor] {
        var bytes: [UInt8] = []
        bytes += Self.littleEndian(length ?? UInt64(header.utf8.count))
        bytes += Array(header.utf8) + [UInt8](repeating: 0, count: data)
        return try MemoryFile(bytes).tensors()
    }

    private static func littleEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test("a true header gives its tensors")
    func valid() throws {
        let tensors = try read(
            header:
                #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},"b":{"dtype":"BF16","shape":[16],"data_offsets":[32,64]}}"#
        )
        #expect(tensors.keys.sorted() == ["a", "b"])
        #expect(tensors["a"]?.shape == [2, 4])
        #expect(tensors["b"]?.range.count == 32)
    }

    static let lies: [String] = [
        #"{"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,128]}}"#,
        #"{"a":{"dtype":"F32","shape":[2,4],"data_offsets":[-32,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[2,4],"data_offsets":[32,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,32]}}"#,
        #"{"a":{"dtype":"F33","shape":[2,4],"data_offsets":[0,32]}}"#,
        #"{"a":{"dtype":"F32","shape":[-2,-4],"data_offsets":[0,32]}}"#,
        #"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,32]}}"#,
        #"{"a":{"dtype":"F32","shape":[2,4.5],"data_offsets":[0,32]}}"#,
        #"{"a":{"dtype":"F32","shape":"x","data_offsets":[0,32]}}"#,
        #"{"a":{"dtype":"F32","shape":[2,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,9223372036854775807]}}"#,
        #"{"a":[1,2]}"#,
        #"{"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},"b":{"dtype":"F32","shape":[2,4],"data_offsets":[16,48]}}"#,
        #"[1]"#,
        #"{"a":"#,
    ]

    @Test("a header that lies is an error", arguments: lies)
    func lying(header: String) {
        #expect(throws: CheckpointError.self) { try read(header: header) }
    }

    @Test("a length beyond the file is an error", arguments: [UInt64(1) << 60, .max, 200, 1 << 31])
    func length(length: UInt64) {
        #expect(throws: CheckpointError.self) { try read(header: "{}", length: length) }
    }

    @Test("a truncated file is an error, at every length")
    func truncated() throws {
        let header = #"{"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]}}"#
        var bytes = Self.littleEndian(UInt64(header.utf8.count))
        bytes += Array(header.utf8) + [UInt8](repeating: 1, count: 32)
        #expect(try MemoryFile(bytes).tensors().count == 1)
        for count in 0..<bytes.count {
            #expect(throws: CheckpointError.self) { try MemoryFile(Array(bytes.prefix(count))).tensors() }
        }
    }
}

/// Bytes that look like a file of a checkpoint.
@safe final class MemoryFile {
    private let memory: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        unsafe memory = .allocate(byteCount: max(1, bytes.count), alignment: 64)
        unsafe memory.copyBytes(from: bytes)
        count = bytes.count
    }

    private let count: Int

    deinit { unsafe memory.deallocate() }

    var file: FileBytes { FileBytes(embeddedAt: unsafe UInt(bitPattern: memory.baseAddress), count: count) }

    func tensors() throws(CheckpointError) -> [String: StoredTensor] {
        try SafetensorsFile.tensors(of: file, path: "model.safetensors")
    }
}
