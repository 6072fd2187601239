// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMJSON
import VLLMTokenizers
import VLLMTypes

/// Reads the prompts of a completion: a text, token ids, or a list of either.
struct PromptFields {
    let fields: FieldReader
    let context: ServerContext

    /// The prompts; never empty.
    func prompts() throws(APIError) -> [Prompt] {
        let missing = APIError.badRequest(
            "Either prompt or prompt_embeds must be provided and non-empty.", parameter: "prompt")
        guard let value = fields["prompt"] else { throw missing }
        let prompts: [Prompt]
        switch value {
        case .string(let text): prompts = [.text(text)]
        case .array(let elements): prompts = try list(elements)
        default:
            throw fields.error("prompt", "string_type", "Input should be a valid string or a list", value)
        }
        guard !prompts.isEmpty, !prompts.contains(where: \.isEmpty) else { throw missing }
        let limit = context.configuration.maxCompletionPrompts
        guard prompts.count <= limit else {
            throw .badRequest(
                "The request has \(prompts.count) prompts; at most \(limit) are allowed.", parameter: "prompt"
            )
        }
        return try truncated(prompts)
    }

    private func list(_ elements: [JSONValue]) throws(APIError) -> [Prompt] {
        if case .integer = elements.first { return [.tokens(try tokens(elements, [.key("prompt")]))] }
        var prompts: [Prompt] = []
        for (index, element) in elements.enumerated() {
            let place: [ValidationError.Place] = [.key("prompt"), .index(index)]
            switch element {
            case .string(let text): prompts.append(.text(text))
            case .array(let inner): prompts.append(.tokens(try tokens(inner, place)))
            default:
                throw ValidationError(
                    type: "string_type", place: place,
                    message: "Input should be a valid string or a list of integers",
                    input: element
                ).apiError
            }
        }
        return prompts
    }

    private func tokens(_ elements: [JSONValue], _ place: [ValidationError.Place]) throws(APIError) -> [Int32]
    {
        var values: [Int] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            values.append(try FieldReader.int(element, place + [.index(index)]))
        }
        return try FieldReader.tokenIDs(values, "prompt")
    }

    /// Shortens prompts to `truncate_prompt_tokens`, at the side that is asked for.
    func truncated(_ prompts: [Prompt], addSpecialTokens: Bool = true) throws(APIError) -> [Prompt] {
        guard let limit = try fields.int("truncate_prompt_tokens") else { return prompts }
        guard limit >= -1, limit != 0 else {
            throw .badRequest(
                "truncate_prompt_tokens must be -1 or at least 1, got \(limit).",
                parameter: "truncate_prompt_tokens")
        }
        let maximum = limit == -1 ? context.engine.info.maxModelLen - 1 : limit
        let side = try fields.string("truncation_side") ?? "left"
        guard ["left", "right"].contains(side) else {
            throw .badRequest("truncation_side must be left or right.", parameter: "truncation_side")
        }
        var result: [Prompt] = []
        for prompt in prompts {
            let tokens = try encode(prompt, addSpecialTokens: addSpecialTokens)
            result.append(.tokens(Array(side == "left" ? tokens.suffix(maximum) : tokens.prefix(maximum))))
        }
        return result
    }

    private func encode(_ prompt: Prompt, addSpecialTokens: Bool) throws(APIError) -> [Int32] {
        switch prompt {
        case .tokens(let tokens): return tokens
        case .text(let text):
            let adds = try fields.bool("add_special_tokens") ?? addSpecialTokens
            do {
                return try context.tokenizer().encode(text, addSpecialTokens: adds)
            } catch let error as APIError {
                throw error
            } catch {
                throw .badRequest("The prompt cannot be tokenized: \(error)", parameter: "prompt")
            }
        }
    }
}

extension Prompt {
    /// True where there is nothing to continue.
    fileprivate var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .tokens(let tokens): tokens.isEmpty
        }
    }
}
