// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints

extension EngineOptions {
    /// The same with what the environment says: the folder of packed weights as a path, vLLM's switch for long sequences.
    func resolved(_ environment: [String: String]) -> EngineOptions {
        var options = withPackedCache(environment)
        let long = environment.nonEmpty("VLLM_ALLOW_LONG_MAX_MODEL_LEN")?.lowercased()
        if long == "1" || long == "true" { options.allowsLongMaxModelLen = true }
        return options
    }
}
