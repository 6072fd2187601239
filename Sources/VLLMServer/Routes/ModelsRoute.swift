// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import VLLMEngine
import VLLMJSON

/// `/v1/models`: the names under which the model is served.
struct ModelsRoute: Route {
    static let path = "/v1/models"

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        .json(["object": "list", "data": .array(context.modelNames.map(card))])
    }

    private func card(_ name: String) -> JSONValue {
        [
            "id": .string(name), "object": "model", "created": .integer(context.created), "owned_by": "vllm",
            "root": .string(context.engine.info.name), "parent": nil,
            "max_model_len": .integer(context.engine.info.maxModelLen), "permission": [permission],
        ]
    }

    /// What OpenAI's older clients look for.
    private var permission: JSONValue {
        [
            "id": .string("modelperm-" + RequestID.random()), "object": "model_permission",
            "created": .integer(context.created), "allow_create_engine": false, "allow_sampling": true,
            "allow_logprobs": true, "allow_search_indices": false, "allow_view": true,
            "allow_fine_tuning": false,
            "organization": "*", "group": nil, "is_blocking": false,
        ]
    }
}
