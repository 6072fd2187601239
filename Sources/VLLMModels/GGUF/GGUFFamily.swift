// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

/// How the GGUF files of a family of models, as llama.cpp's converter writes them, become the configuration and the
/// tensors of a Hugging Face checkpoint.
struct GGUFFamily: Sendable {
    /// Values of `general.architecture`.
    let names: [String]
    /// Reads the metadata; may look at the names and shapes of the tensors, but reads no weights.
    let translation: @Sendable (GGUFReader) throws(CheckpointError) -> GGUFTranslation

    /// Creates a family.
    init(
        _ names: String...,
        translation: @escaping @Sendable (GGUFReader) throws(CheckpointError) -> GGUFTranslation
    ) {
        (self.names, self.translation) = (names, translation)
    }

    /// What a file is, by the family that its `general.architecture` names.
    static func translation(of model: GGUFModel) throws(CheckpointError) -> GGUFTranslation {
        try GGUFReader.checkKind(of: model)
        let name = try model.architecture()
        guard let family = all.first(where: { $0.names.contains(name) }) else {
            let known = all.flatMap(\.names).sorted()
            let near = Suggestion.near(name, among: known)
            let guess = near.isEmpty ? "" : ", but \(near.joined(separator: " and ")) are like it"
            throw CheckpointError(
                model.name,
                "has the GGUF architecture '\(name)', which is not read\(guess); read are \(known.joined(separator: ", "))."
            )
        }
        let reader = GGUFReader(model, architecture: name)
        let translation = try family.translation(reader)
        try reader.checkMathematics()
        return translation
    }
}

/// A GGUF file in the words of a Hugging Face checkpoint.
struct GGUFTranslation: Sendable {
    /// What config.json would say.
    var config: JSONObject
    /// Where each tensor belongs.
    var tensors: GGUFTensorNames
    /// What the converter changed in the tensors, and with them in the decoder.
    var adapt: @Sendable (inout DecoderConfiguration) -> Void = { _ in }
}
