// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import VLLMJSON

/// `/version`: the server's version.
struct VersionRoute: Route {
    static let path = "/version"

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        .json(["version": .string(context.configuration.version)])
    }
}
