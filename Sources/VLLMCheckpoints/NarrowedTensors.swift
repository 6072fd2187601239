// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Float64 tensors as float32: made when they are asked for, and kept until they are released.
final class NarrowedTensors: Sendable {
    private let tensors = Mutex<[String: StoredTensor]>([:])

    /// The tensor in float32; any other than of float64 as it is.
    func float32(_ name: String, _ tensor: StoredTensor) throws(CheckpointError) -> StoredTensor {
        guard tensor.typeName == "F64" else { return tensor }
        return try tensors.withLock { tensors throws(CheckpointError) in
            if let known = tensors[name] { return known }
            let file = FileBytes(Self.bytes(tensor), name: tensor.file.name)
            let narrowed = try StoredTensor(
                name, typeName: "F32", shape: tensor.shape, file: file, range: 0..<file.count)
            tensors[name] = narrowed
            return narrowed
        }
    }

    /// Frees a tensor's float32 numbers.
    func release(_ name: String) { tensors.withLock { _ = $0.removeValue(forKey: name) } }

    private static func bytes(_ tensor: StoredTensor) -> [UInt8] {
        tensor.withBytes { bytes in
            var narrowed: [UInt8] = []
            narrowed.reserveCapacity(bytes.byteCount / 2)
            for offset in stride(from: 0, to: bytes.byteCount, by: 8) {
                let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Double.self)
                let bits = Float(value).bitPattern.littleEndian
                for shift in stride(from: UInt32(0), to: 32, by: 8) {
                    narrowed.append(UInt8(truncatingIfNeeded: bits >> shift))
                }
            }
            return narrowed
        }
    }
}
