// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Reads the header of a safetensors file and checks it: nothing it says is believed.
///
/// Format: a 64-bit little-endian length, a JSON header of that length, then the data, into which the header's
/// offsets point (github.com/huggingface/safetensors, README, "Format").
package struct SafetensorsFile {
    /// The longest header that is read; the reference refuses longer ones too.
    static let maximumHeaderSize = 100 << 20

    /// The file's tensors by name.
    let tensors: [String: StoredTensor]
    /// What the header says besides tensors.
    let metadata: JSONValue?
    /// Bytes in front of the first tensor's.
    let dataStart: Int

    /// The tensors of a file by name.
    package static func tensors(of file: FileBytes, path: String) throws(CheckpointError) -> [String:
        StoredTensor]
    {
        try SafetensorsFile(file, path: path).tensors
    }

    /// Reads and checks a file's header.
    init(_ file: FileBytes, path: String) throws(CheckpointError) {
        let (header, dataStart) = try Self.header(of: file, path: path)
        var tensors: [String: StoredTensor] = [:]
        for (name, value) in header where name != "__metadata__" {
            tensors[name] = try Self.entry(name, value, file, path, dataStart)
        }
        try Self.checkCover(tensors, file, dataStart, path)
        (self.tensors, self.dataStart, metadata) = (tensors, dataStart, header["__metadata__"])
    }

    private static func header(
        of file: FileBytes, path: String
    ) throws(CheckpointError) -> (JSONObject, dataStart: Int) {
        try file.withBytes { bytes throws(CheckpointError) in
            guard bytes.byteCount >= 8 else {
                throw CheckpointError(path, "has \(bytes.byteCount) bytes, too few for a safetensors file.")
            }
            let length = UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(as: UInt64.self))
            guard length <= UInt64(bytes.byteCount - 8), length <= UInt64(maximumHeaderSize) else {
                throw CheckpointError(
                    path,
                    "says that its header has \(length) bytes, but the file has \(bytes.byteCount) in all.")
            }
            let end = 8 + Int(length)
            let value: JSONValue
            do throws(JSONError) {
                value = try JSONParser.parse(
                    bytes.extracting(8..<end), limits: JSONLimits(maximumSizeInBytes: maximumHeaderSize))
            } catch {
                throw CheckpointError(path, "has a header that \(error.verdict).")
            }
            guard let object = value.objectValue else {
                throw CheckpointError(path, "has a header that is \(value.kindName), not an object.")
            }
            return (object, end)
        }
    }

    private static func entry(
        _ name: String, _ value: JSONValue, _ file: FileBytes, _ path: String, _ dataStart: Int
    ) throws(CheckpointError) -> StoredTensor {
        func fail(_ what: String) -> CheckpointError { CheckpointError(path, "tensor '\(name)' \(what).") }
        guard let type = value["dtype"]?.stringValue else { throw fail("has no dtype") }
        guard let axes = value["shape"]?.arrayValue, axes.count <= 8,
            let offsets = value["data_offsets"]?.arrayValue, offsets.count == 2,
            let begin = offsets[0].intValue, let end = offsets[1].intValue
        else { throw fail("has no shape or data_offsets") }
        let shape = axes.compactMap(\.intValue)
        guard shape.count == axes.count else { throw fail("has a shape that is not of natural numbers") }
        guard begin >= 0, end >= begin, end <= file.count - dataStart else {
            throw fail(
                "lies at bytes \(begin)…\(end), but the file's data has \(file.count - dataStart) bytes")
        }
        return try StoredTensor(
            name, typeName: type, shape: shape, file: file, range: dataStart + begin..<dataStart + end)
    }

    /// The tensors lie one behind the other and fill the file: what does not was cut, or says wrongly where they are.
    private static func checkCover(
        _ tensors: [String: StoredTensor], _ file: FileBytes, _ dataStart: Int, _ path: String
    ) throws(CheckpointError) {
        let sorted = tensors.filter { !$0.value.range.isEmpty }
            .sorted { $0.value.range.lowerBound < $1.value.range.lowerBound }
        var end = dataStart
        var last = "the header"
        for (name, tensor) in sorted {
            let start = tensor.range.lowerBound
            if start < end { throw CheckpointError(path, "tensors '\(last)' and '\(name)' overlap.") }
            guard start == end else {
                throw CheckpointError(
                    path, "has \(start - end) bytes between '\(last)' and '\(name)' that belong to no tensor."
                )
            }
            (end, last) = (tensor.range.upperBound, name)
        }
        guard end == file.count else {
            throw CheckpointError(path, "has \(file.count - end) bytes behind its last tensor.")
        }
    }
}
