// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMTensors

/// Reads the metadata of a GGUF file under the keys of its architecture.
struct GGUFReader {
    let model: GGUFModel
    /// How the keys of the architecture begin.
    private let prefix: String
    private let values: ConfigReader

    init(_ model: GGUFModel, architecture: String) {
        (self.model, prefix, values) = (model, "\(architecture).", model.metadata.reader)
    }

    /// True where the architecture has a key.
    func has(_ key: String) -> Bool { value(key) != nil }

    /// A whole number; nil where the key is missing. Where each layer has its own, they have to be equal.
    func int(_ key: String) throws(CheckpointError) -> Int? {
        let key = prefix + key
        guard let list = values.object[key]?.arrayValue else {
            return values.object[key] == nil ? nil : try values.int(key, in: 0...Int.max)
        }
        guard let first = list.first?.intValue, first >= 0, list.allSatisfy({ $0 == list.first }) else {
            throw values.error(
                key, "differs from layer to layer (\(list.count) values), which is not supported")
        }
        return first
    }

    /// A whole number that has to be there.
    func require(_ key: String) throws(CheckpointError) -> Int {
        guard let value = try int(key) else { throw error(key, "is missing") }
        return value
    }

    /// A number; nil where the key is missing.
    func double(_ key: String) throws(CheckpointError) -> Double? {
        has(key) ? try values.double(prefix + key) : nil
    }

    /// A truth value; the default where the key is missing.
    func bool(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        try values.bool(prefix + key, default: fallback)
    }

    /// A text; nil where the key is missing.
    func string(_ key: String) throws(CheckpointError) -> String? { try values.string(prefix + key) }

    /// A list as it stands; nil where the key is missing, or has one value.
    func list(_ key: String) -> [JSONValue]? { values.list(prefix + key) }

    /// Whatever stands under a key; does not count as reading it.
    func value(_ key: String) -> JSONValue? { values.object[prefix + key] }

    /// True where a key was asked for by its kind.
    func hasRead(_ key: String) -> Bool { values.hasRead(prefix + key) }

    /// The error of a key of the architecture.
    func error(_ key: String, _ what: String) -> CheckpointError { values.error(prefix + key, what) }

    /// A key that belongs to no architecture.
    func common(_ key: String) throws(CheckpointError) -> Int? {
        values.object[key] == nil ? nil : try values.int(key, in: 0...Int.max)
    }

    /// The extents of a tensor, the innermost last; nil where there is none.
    func shape(_ tensor: String) -> [Int]? { model.tensors[tensor]?.shape }

    /// True where a tensor is there.
    func hasTensor(_ name: String) -> Bool { model.tensors[name] != nil }

    /// True where a layer, any of them, has a tensor.
    func hasLayerTensor(_ name: String) -> Bool {
        model.tensors.keys.contains { $0.hasPrefix("blk.") && $0.hasSuffix(".\(name)") }
    }

    /// The float32 numbers of a small tensor; nil where there is none.
    func floats(_ tensor: String) throws(CheckpointError) -> [Float]? {
        guard let stored = model.tensors[tensor] else { return nil }
        guard stored.format == .numbers(.float32), stored.shape.count == 1, stored.shape[0] <= 1 << 16 else {
            throw CheckpointError(
                model.name,
                "tensor '\(tensor)' should be a short list of F32, is \(stored.typeName) of shape \(stored.shape)."
            )
        }
        return stored.withBytes { bytes in
            (0..<stored.shape[0]).map { index in
                unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index * 4, as: Float.self)
            }
        }
    }
}
