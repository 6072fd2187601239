// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints

/// The names of a GGUF file's tensors, and those that the same tensors have in a Hugging Face checkpoint.
///
/// Names stand without `.weight` and `.bias`, unless they are special to one of them; `{}` is for the layer.
struct GGUFTensorNames: Sendable, ExpressibleByDictionaryLiteral {
    /// Where a tensor belongs.
    enum Place: Sendable, ExpressibleByStringLiteral {
        /// The same tensor under a name.
        case name(String)
        /// One matrix an expert; a second `{}` is for the expert.
        case experts(String)
        /// A vector that is a matrix of one row.
        case row(String)
        /// Nothing that is loaded as a weight.
        case unused

        init(stringLiteral name: String) { self = .name(name) }
    }

    private var places: [String: Place]
    /// Layers from this one on guess further tokens, and are not loaded.
    var numLayers = Int.max

    /// More experts than any model has.
    private static let maximumExperts = 4096

    init(dictionaryLiteral elements: (String, Place)...) {
        places = Dictionary(elements) { _, last in last }
    }

    /// These names with others, which replace those of the same tensors.
    func with(_ others: GGUFTensorNames) -> GGUFTensorNames {
        var all = self
        all.places.merge(others.places) { _, other in other }
        return all
    }

    /// The tensors under their new names; one without a place keeps its own, so that it is missed by that.
    func tensors(of model: GGUFModel) throws(CheckpointError) -> [String: StoredTensor] {
        var tensors: [String: StoredTensor] = [:]
        for (name, tensor) in model.tensors {
            for (newName, part) in try named(name, tensor, model) {
                guard tensors.updateValue(part, forKey: newName) == nil else {
                    throw CheckpointError(
                        model.name, "has more than one tensor that is '\(newName)' ('\(name)').")
                }
            }
        }
        return tensors
    }

    private func named(
        _ name: String, _ tensor: StoredTensor, _ model: GGUFModel
    ) throws(CheckpointError) -> [(String, StoredTensor)] {
        let (template, layer) = Self.template(name)
        if let layer, layer >= numLayers { return [] }
        let suffix = [".weight", ".bias"].first(where: name.hasSuffix) ?? ""
        func filled(_ name: String) -> String {
            layer.map { name.replacing("{}", with: String($0), maxReplacements: 1) } ?? name
        }
        var place = places[template]
        var ending = ""
        if place == nil {
            place = places[String(template.dropLast(suffix.count))]
            ending = suffix
        }
        switch place {
        case nil: return [(name, tensor)]
        case .unused: return []
        case .name(let newName): return [(filled(newName) + ending, tensor)]
        case .row(let newName): return [(filled(newName) + ending, tensor.asRow)]
        case .experts(let newName):
            // Of a single one the converter drops the axis.
            let tensor = tensor.asRow
            guard let count = tensor.shape.first, count <= Self.maximumExperts else {
                throw CheckpointError(
                    model.name, "tensor '\(name)' has the shape \(tensor.shape), which is not one of experts."
                )
            }
            return (0..<count).compactMap { expert in
                let name = filled(newName).replacing("{}", with: String(expert), maxReplacements: 1)
                return tensor.stacked(expert).map { (name + ending, $0) }
            }
        }
    }

    /// A name with `{}` in the layer's place, and the layer.
    private static func template(_ name: String) -> (String, layer: Int?) {
        let words = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "blk", let layer = Int(words[1]), layer >= 0 else {
            return (name, nil)
        }
        return ("blk.{}.\(words[2])", layer)
    }
}
