// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import VLLMEngine

/// `/health`: 200 while the engine takes requests, 503 while it does not.
struct HealthRoute: Route {
    static let path = "/health"

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        Response(status: context.engine.state == .running ? .ok : .serviceUnavailable)
    }
}
