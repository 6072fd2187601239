// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// `/ping`: the same as `/health`, where SageMaker looks for it.
struct PingRoute: Route {
    static let path = "/ping"
    static let methods: [HTTPRequest.Method] = [.get, .post]

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        try await HealthRoute(context: context).respond(request)
    }
}
