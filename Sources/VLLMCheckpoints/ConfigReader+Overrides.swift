// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON

extension ConfigReader {
    /// Keys that others than the families read: the end of a text, defaults of sampling, types.
    private static let readElsewhere = [
        "architectures", "dtype", "eos_token_id", "max_new_tokens", "min_p", "quantization_config",
        "repetition_penalty", "temperature", "top_k", "top_p", "torch_dtype",
    ]

    /// Refuses members of `--hf-overrides` that config.json does not have and that nobody reads.
    ///
    /// Called when a family has read what it knows, on the object with the overrides in it.
    ///
    /// - Parameters:
    ///   - original: the object as it was.
    ///   - reader: what messages call the family.
    package func checkOverrides(
        _ overrides: JSONObject, of original: JSONObject, reader: String
    ) throws(CheckpointError) {
        for (key, value) in overrides {
            guard
                hasRead(key) || original.contains(key) || Self.readElsewhere.contains(key)
                    || Self.isMathematical(key)
            else {
                let known = Set(original.keys).union(readKeys).union(Self.readElsewhere)
                let guess = Suggestion.nearest(to: key, among: known.sorted())
                throw CheckpointError(
                    "--hf-overrides",
                    "has \(Self.show(.string(key))), which \(file) does not have and \(reader) does not read\(guess.map { "; did you mean '\($0)'?" } ?? ".")"
                )
            }
            try checkIsNotHidden(key)
            if let members = value.objectValue, hasRead(key), key != "quantization_config" {
                try nested(key)?.checkOverrides(
                    members, of: original[key]?.objectValue ?? [:], reader: reader)
            }
        }
    }

    /// Refuses a key that an object of rotary positions has too: that one is read.
    private func checkIsNotHidden(_ key: String) throws(CheckpointError) {
        guard ["rope_theta", "partial_rotary_factor"].contains(key) else { return }
        for name in ["rope_parameters", "rope_scaling"] where hasRead(name) {
            guard let inner = object[name]?[key], !inner.isNull, inner != object[key] else { continue }
            throw CheckpointError(
                "--hf-overrides",
                "has '\(key)', but '\(name)' has it too, and is what counts: replace '\(name)' in its place.")
        }
    }
}
