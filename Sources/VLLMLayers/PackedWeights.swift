// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
package import VLLMTensors

/// A model's packed weights: taken from a file where it has them, packed where it has not, noted to be written.
package final class PackedWeights {
    private let file: PackedFile?
    /// What each name stands for.
    private var parts: [String: [TensorSource]] = [:]
    /// All weights of the model by name, each once.
    package private(set) var entries: [(name: String, weight: PackedWeight)] = []
    /// Weights that had to be packed.
    package private(set) var numPacked = 0
    /// Bytes of the weights that the file has.
    package private(set) var mappedBytes = 0
    /// True where nothing is packed yet, but noted in `plan`.
    let isPlanning: Bool
    /// What there is to pack, each weight once.
    package private(set) var plan: [PlannedWeight] = []

    /// A weight that is to be packed.
    package struct PlannedWeight {
        package let name: String
        /// Bytes of the packed weight.
        package let sizeInBytes: Int
        /// Packs it, gives the bytes a piece at a time, and keeps none of them.
        package let pack: (_ body: (RawSpan) throws -> Void) throws -> Void
    }

    /// - Parameter file: weights of this very checkpoint as the backend packs them, verified; nil packs everything.
    package init(_ file: PackedFile?) { (self.file, isPlanning) = (file, false) }

    /// Notes what there is to pack, so that it can be packed one weight after the other; the model is of no use.
    package init(planning: Void) { (file, isPlanning) = (nil, true) }

    /// Notes a weight; what is returned stands for it, and has no memory.
    func plan(
        _ description: WeightDescription, name: String, on backend: any Backend,
        pack: @escaping (_ body: (RawSpan) throws -> Void) throws -> Void
    ) throws(DeviceError) -> PackedWeight {
        let size = try backend.packedSize(of: description)
        if parts.updateValue(description.parts, forKey: name) == nil {
            plan.append(PlannedWeight(name: name, sizeInBytes: size, pack: pack))
        }
        return Self.standIn(for: description, sizeInBytes: size)
    }

    /// A weight that stands for one that is not packed, and has no memory.
    static func standIn(for description: WeightDescription, sizeInBytes size: Int) -> PackedWeight {
        var runs: [PackedWeight.Run] = []
        for (part, format) in zip(description.parts, description.formats) {
            let isMore = runs.last?.format == format
            let outputs = part.rows + (isMore ? runs.removeLast().outputs : 0)
            runs.append(PackedWeight.Run(format: format, outputs: outputs, offset: 0))
        }
        return PackedWeight(
            address: 0, runs: runs,
            inputs: description.inputs, isGated: description.arrangement == .gated, sizeInBytes: size)
    }

    /// A weight in the backend's memory.
    func weight(
        _ description: WeightDescription, name: String, on backend: any Backend
    ) throws(DeviceError) -> PackedWeight {
        let weight: PackedWeight
        if let file, let address = file.address(of: name, size: try backend.packedSize(of: description)) {
            weight = try backend.adopt(description, at: address, owner: file)
            mappedBytes += weight.sizeInBytes
        } else {
            weight = try backend.pack(description)
            numPacked += 1
        }
        // A weight that took another's name would be read in its place at the next start.
        let known = parts.updateValue(description.parts, forKey: name)
        precondition(known == nil || known == description.parts, "two weights are called \(name)")
        if known == nil { entries.append((name, weight)) }
        return weight
    }

    /// What tells a weight from others of the same checkpoint: its parts, and what is made of them.
    static func name(_ parts: [String], _ description: WeightDescription, isTransposed: Bool) -> String {
        let shape = "\(description.outputs)x\(description.inputs)\(isTransposed ? " transposed" : "")"
        return
            "\(parts.joined(separator: "+")) \(shape) \(description.arrangement) \(description.formatName)"
    }
}
