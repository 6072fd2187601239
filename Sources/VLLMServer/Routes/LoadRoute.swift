// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import VLLMJSON

/// `/load`: the generation requests under way.
struct LoadRoute: Route {
    static let path = "/load"

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        .json(["server_load": .integer(context.load.value)])
    }
}
