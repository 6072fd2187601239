// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import VLLM

/// A load format: one NumPy file a tensor, `weights/NAME.npy`, beside config.json; float32 and float16.
///
/// Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3.
struct NumPyFolder: LoadFormat {
    private static let types = ["<f4": "F32", "<f2": "F16"]

    func tensors(in folder: String) throws -> [String: StoredTensor] {
        var tensors: [String: StoredTensor] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/weights")
        where file.hasSuffix(".npy") {
            let name = String(file.dropLast(4))
            guard let bytes = try FileBytes(mapping: "\(folder)/weights/\(file)") else { continue }
            tensors[name] = try tensor(name, bytes)
        }
        return tensors
    }

    private func tensor(_ name: String, _ file: FileBytes) throws -> StoredTensor {
        let (header, start) = try header(of: file)
        guard let type = Self.types[Self.value("descr", in: header, until: ",").trimmed],
            Self.value("fortran_order", in: header, until: ",").trimmed == "False"
        else { throw CheckpointError(file.name, "should hold little-endian float32 or float16, row by row.") }
        let axes = Self.value("shape", in: header, until: ")").split(separator: ",").map {
            String($0).trimmed
        }
        return try StoredTensor(
            name, typeName: type, shape: axes.filter { !$0.isEmpty }.map { Int($0) ?? -1 }, file: file,
            range: start..<file.count)
    }

    /// The dictionary in Python's spelling, and where the data begin.
    private func header(of file: FileBytes) throws -> (String, Int) {
        try file.withBytes { bytes in
            func byte(_ index: Int) -> Int {
                index < bytes.byteCount
                    ? Int(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) : 0
            }
            let isLong = byte(6) > 1
            var length = byte(8) | byte(9) << 8
            if isLong { length |= byte(10) << 16 | byte(11) << 24 }
            let start = isLong ? 12 : 10
            guard byte(0) == 0x93, byte(1) == 0x4e, start + length <= bytes.byteCount else {
                throw CheckpointError(file.name, "is not a NumPy file.")
            }
            let text = (start..<start + length).map { UInt8(byte($0)) }
            return (String(decoding: text, as: UTF8.self), start + length)
        }
    }

    /// What stands behind a key, up to a character.
    private static func value(_ key: String, in header: String, until end: Character) -> String {
        guard let range = header.firstRange(of: "'\(key)':") else { return "" }
        return String(header[range.upperBound...].prefix { $0 != end })
    }
}

extension String {
    /// Without the blanks, quotes and brackets around it.
    fileprivate var trimmed: String { String(filter { !" '(".contains($0) }) }
}
