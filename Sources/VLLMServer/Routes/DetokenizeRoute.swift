// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import VLLMEngine
import VLLMJSON
import VLLMTokenizers

/// `/detokenize`: the text of tokens.
struct DetokenizeRoute: Route {
    static let path = "/detokenize"
    static let methods: [HTTPRequest.Method] = [.post]

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        .json(try await request.read(answer))
    }

    private func answer(_ fields: FieldReader) throws(APIError) -> JSONValue {
        _ = try context.modelName(fields)
        let tokenizer = try context.tokenizer()
        guard let tokens = try fields.tokenIDs("tokens") else { throw fields.missing("tokens") }
        if let outside = tokens.first(where: { $0 < 0 || $0 >= context.engine.info.vocabularySize }) {
            throw APIError.badRequest("Token id \(outside) is out of vocabulary", parameter: "tokens")
        }
        return ["prompt": .string(tokenizer.decode(tokens, skipSpecialTokens: false))]
    }
}
