// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A checkpoint's tensors as they are stored; remembers which were asked for.
public final class TensorReader {
    private let checkpoint: Checkpoint
    /// Names of the tensors that were asked for.
    package private(set) var used: Set<String> = []

    package init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

    /// What messages call the checkpoint.
    public var name: String { checkpoint.source.name }

    /// A tensor by its full name, or nil where there is none.
    public func tensor(_ name: String) -> StoredTensor? {
        guard let tensor = checkpoint.tensor(name) else { return nil }
        used.insert(name)
        return tensor
    }

    /// Notes a tensor that is read in another way.
    package func markUsed(_ name: String) { used.insert(name) }

    /// A tensor that must be there.
    public func require(_ name: String) throws(CheckpointError) -> StoredTensor {
        guard let tensor = tensor(name) else {
            throw CheckpointError(self.name, "has no tensor '\(name)', which its quantization needs.")
        }
        return tensor
    }
}
