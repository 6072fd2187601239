// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
package import VLLMTensors

/// Compares the tensors that a model asks for with those that its checkpoint has, by name and shape; reads no weights.
package final class TensorSurvey {
    /// A tensor that does not fit, and what there is and should be in its place.
    package struct Finding: Sendable, Hashable {
        /// The tensor.
        package let name: String
        /// The extents in the file; nil where there is no such tensor.
        package let found: [Int]?
        /// The extents that the model asks for; nil where it does not ask for it.
        package let wanted: [Int]?
    }

    /// Tensors that the model asks for and that are not there.
    package private(set) var missing: [Finding] = []
    /// Tensors of other extents than the model asks for.
    package private(set) var misshapen: [Finding] = []
    /// Tensors that the model has no use for, by name.
    package private(set) var unused: [Finding] = []
    /// What else keeps the model from being loaded; nil for nothing.
    package private(set) var failure: String?
    private var names: Set<String> = []
    /// A config.json can ask for any number of tensors.
    private static let limit = 1 << 16

    /// Asks for all tensors of a model as loading it would.
    ///
    /// - Parameter backend: lays out nothing but small tables.
    package init(of checkpoint: Checkpoint, _ configuration: DecoderConfiguration, on backend: any Backend) {
        let loader = WeightLoader(checkpoint: checkpoint, backend: backend, dtype: .bfloat16, survey: self)
        do {
            _ = try DecoderStack(
                configuration, loader: loader, limits: ModelLimits(maxNumBatchedTokens: 1, maxModelLen: 1))
        } catch {
            failure = "\(error)"
            return
        }
        unused = loader.unused(except: configuration.isLeftOut).map { name in
            Finding(name: name, found: checkpoint.tensor(name)?.shape, wanted: nil)
        }
    }

    /// True where all that the model asks for is there, and nothing else.
    package var isClean: Bool {
        missing.isEmpty && misshapen.isEmpty && unused.isEmpty && failure == nil
    }

    /// Notes a tensor that is asked for; what is returned stands for one of its matrices, and has no memory.
    ///
    /// - Parameter shape: the tensor's extents.
    func source(
        _ name: String, shape: [Int], rows: Int, columns: Int, in checkpoint: Checkpoint
    ) throws(CheckpointError) -> TensorSource {
        let stored = checkpoint.tensor(name)
        // A vector may be stored as one row or as a column.
        let isVector = columns == 1 && shape.count == 2 && stored?.shape.count != 2
        let shape = isVector ? [rows] : shape
        if failure == nil, let stored, stored.typeName != "F64" {
            do { _ = try checkpoint.format(of: stored, name) } catch { failure = "\(error)" }
        }
        if stored?.shape == shape, case .blocks(let blocks) = stored?.format, shape.last == columns {
            return TensorSource(address: 0, blocks: blocks, rows: rows, columns: columns)
        }
        if stored?.shape != shape, names.insert(name).inserted {
            let finding = Finding(name: name, found: stored?.shape, wanted: shape)
            if stored == nil { missing.append(finding) } else { misshapen.append(finding) }
            guard names.count < Self.limit else {
                throw CheckpointError(
                    checkpoint.source.name, "lacks \(Self.limit) tensors or more that config.json asks for.")
            }
        }
        return TensorSource(address: 0, dtype: .bfloat16, rows: rows, columns: columns, rowStride: columns)
    }
}
