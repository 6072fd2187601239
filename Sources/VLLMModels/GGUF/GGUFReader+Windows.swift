// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFReader {
    /// Says which layers see a window, where the file says so.
    func addWindows(to config: inout JSONObject) throws(CheckpointError) {
        let key = "attention.sliding_window_pattern"
        guard let list = list(key) else {
            if let period = try int(key) { config["sliding_window_pattern"] = .integer(period) }
            return
        }
        // A list may go on for layers that are not there.
        let numLayers = config["num_hidden_layers"]?.intValue ?? 0
        var kinds: [JSONValue] = []
        for value in list.prefix(numLayers) {
            guard let isSliding = value.boolValue ?? value.intValue.map({ $0 != 0 }) else {
                throw error(key, "should be a list of truths")
            }
            kinds.append(isSliding ? "sliding_attention" : "full_attention")
        }
        config["layer_types"] = .array(kinds)
    }

    /// Refuses a window, for families whose own checkpoints have none.
    func refuseWindow() throws(CheckpointError) {
        let window = try int("attention.sliding_window") ?? 0
        guard window == 0 else {
            throw error("attention.sliding_window", "is \(window); a window is not supported for this family")
        }
    }
}
