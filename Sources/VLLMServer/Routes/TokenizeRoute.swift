// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import VLLMEngine
import VLLMJSON
import VLLMTokenizers

/// `/tokenize`: the tokens of a text or of a conversation.
struct TokenizeRoute: Route {
    static let path = "/tokenize"
    static let methods: [HTTPRequest.Method] = [.post]

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        .json(try await request.read(answer))
    }

    private func answer(_ fields: FieldReader) throws(APIError) -> JSONValue {
        _ = try context.modelName(fields)
        let tokenizer = try context.tokenizer()
        let (text, addsSpecialTokens) = try prompt(fields)
        let tokens: [Int32]
        do {
            tokens = try tokenizer.encode(text, addSpecialTokens: addsSpecialTokens)
        } catch {
            throw APIError.badRequest("The prompt cannot be tokenized: \(error)", parameter: "prompt")
        }
        let texts = try fields.bool("return_token_strs") ?? false ? strings(of: tokens, tokenizer) : .null
        return [
            "count": .integer(tokens.count), "max_model_len": .integer(context.engine.info.maxModelLen),
            "tokens": .array(tokens.map { .integer(Int($0)) }), "token_strs": texts,
        ]
    }

    private func prompt(_ fields: FieldReader) throws(APIError) -> (text: String, addsSpecialTokens: Bool) {
        let addsSpecialTokens = try fields.bool("add_special_tokens")
        if fields["messages"] != nil {
            let chat = try ChatFields(fields, context)
            return (try chat.render(), addsSpecialTokens ?? false)
        }
        guard let text = try fields.string("prompt") else { throw fields.missing("prompt") }
        return (text, addsSpecialTokens ?? true)
    }

    private func strings(of tokens: [Int32], _ tokenizer: Tokenizer) -> JSONValue {
        .array(tokens.map { .string(tokenizer.token(for: $0) ?? "") })
    }
}

extension ServerContext {
    /// The model's tokenizer, which this request cannot do without.
    func tokenizer() throws(APIError) -> Tokenizer {
        guard let tokenizer = engine.tokenizer else {
            throw .badRequest("This model has no tokenizer: only prompts of token ids can be served.")
        }
        return tokenizer
    }
}
