// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMEngine
public import VLLMTypes

extension LLM {
    /// Answers a conversation and gives the whole answer.
    ///
    /// ```swift
    /// let output = try await llm.chat([.user("What is 7 times 6?")])
    /// print(output.outputs[0].text)
    /// ```
    ///
    /// - Parameter params: nil takes the model's own, with as many tokens as the model's length leaves.
    public func chat(
        _ messages: [ChatMessage], _ params: SamplingParams? = nil, formatter: ChatFormatter? = nil
    ) async throws -> RequestOutput {
        let outputs = try await chat([messages], params, formatter: formatter)
        guard let output = outputs.first else { throw CancellationError() }
        return output
    }

    /// Answers several conversations at once, in their order.
    public func chat(
        _ conversations: [[ChatMessage]], _ params: SamplingParams? = nil, formatter: ChatFormatter? = nil
    ) async throws -> [RequestOutput] {
        let formatter = try formatter ?? ChatFormatter(info: info)
        let prompts = try conversations.map { Prompt.text(try formatter.render(ChatConversation($0))) }
        return try await generate(prompts, chatParams(params, formatter), addSpecialTokens: false)
    }

    /// Answers a conversation and gives the answer as it comes, in pieces or whole as `params.outputKind` says.
    public func streamChat(
        _ conversation: ChatConversation, _ params: SamplingParams? = nil, formatter: ChatFormatter
    ) throws(RequestError) -> RequestStream {
        let prompt = try formatter.render(conversation)
        return try engine.generate(
            .text(prompt), chatParams(params, formatter), requestID: "chat", addSpecialTokens: false)
    }

    private func chatParams(_ params: SamplingParams?, _ formatter: ChatFormatter) -> SamplingParams {
        var params = params ?? info.defaultChatParams
        for stop in formatter.stopStrings where !params.stop.contains(stop) { params.stop.append(stop) }
        return params
    }
}

extension ModelInfo {
    /// What a conversation gets that does not say otherwise: the model's own, up to its length.
    public var defaultChatParams: SamplingParams {
        var params = defaultSamplingParams
        params.maxTokens = defaultMaxTokens
        return params
    }
}
