// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMEngine
import VLLMScheduling
import VLLMTypes

/// The real engine over a scripted executor, for tests and simulations that need no model.
package enum MockEngine {
    /// How a scripted engine is set up.
    package struct Configuration: Sendable {
        /// What is generated.
        package var script: MockScript = .endless
        /// A test's hold on the engine.
        package var control: MockControl?
        /// What a step takes, slept on the engine's thread.
        package var stepDelay: Duration?
        /// The step that fails, from 0.
        package var failingStep: Int?
        /// What the failing step says.
        package var failure = "the scripted step failed"
        /// The model's name.
        package var name = "mock"
        /// Tokens of prompt and output together.
        package var maxModelLen = 1024
        /// Sequences that run at once.
        package var maxNumSeqs = 64
        /// Tokens of a step.
        package var maxNumBatchedTokens = 512
        /// Blocks of the pool.
        package var numBlocks = 512
        /// Tokens of a block.
        package var blockSize = 16
        /// The chat templates by name.
        package var chatTemplates = ["default": MockEngine.chatTemplate]
        /// What generation_config.json would say of the length.
        package var defaultMaxTokens: Int?
        /// Without one, prompts are token ids and there is no text.
        package var hasTokenizer = true

        /// Creates the configuration of an endless engine.
        package init() {}

        var vocabularySize: Int { MockTokenizer.vocabularySize }
    }

    /// ChatML with strings as content.
    package static let chatTemplate = """
        {% if tools %}<|im_start|>tools
        {{ tools | tojson }}<|im_end|>
        {% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
        {{ message.content }}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """

    /// Starts an engine.
    package static func start(_ configuration: Configuration = Configuration()) async throws -> AsyncLLM {
        let tokenizer = configuration.hasTokenizer ? try MockTokenizer.make() : nil
        return try await AsyncLLM.start(tokenizer: tokenizer) {
            let scheduler = try Scheduler(
                config: SchedulerConfig(
                    maxNumSeqs: configuration.maxNumSeqs,
                    maxNumBatchedTokens: configuration.maxNumBatchedTokens,
                    maxModelLen: configuration.maxModelLen, blockSize: configuration.blockSize,
                    numBlocks: configuration.numBlocks))
            let parts = EngineParts(scheduler: scheduler, executor: MockExecutor(configuration))
            return (parts, info(configuration))
        }
    }

    private static func info(_ configuration: Configuration) -> ModelInfo {
        var info = ModelInfo(
            name: configuration.name, architecture: "MockForCausalLM", maxModelLen: configuration.maxModelLen,
            vocabularySize: configuration.vocabularySize, numericsID: "mock",
            numBlocks: configuration.numBlocks,
            blockSize: configuration.blockSize, eosTokenIDs: [MockTokenizer.end])
        info.maxNumSeqs = configuration.maxNumSeqs
        info.maxNumBatchedTokens = configuration.maxNumBatchedTokens
        info.defaultMaxTokens = configuration.defaultMaxTokens
        info.chatTemplates = configuration.chatTemplates
        info.specialTokens = ["bos_token": "<|begin|>", "eos_token": "<|endoftext|>"]
        return info
    }
}
