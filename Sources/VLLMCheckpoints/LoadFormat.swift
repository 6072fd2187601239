// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds the tensors of checkpoints that are not safetensors files: another format, or another place.
///
/// What it gives is checked like a file from outside: each `StoredTensor` against its own bytes, names and shapes
/// against the architecture.
public protocol LoadFormat: Sendable {
    /// The tensors by name of the checkpoint whose config.json is in a folder; reads no weights where it can avoid it.
    func tensors(in folder: String) throws -> [String: StoredTensor]
}
