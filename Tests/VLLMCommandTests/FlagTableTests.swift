// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("FlagTable")
struct FlagTableTests {
    @Test(
        "every name is a flag's, and within a table no long name stands twice",
        arguments: FlagTable.Command.allCases)
    func names(command: FlagTable.Command) {
        var seen: Set<String> = []
        for flag in FlagTable.flags(of: command) {
            #expect(!flag.names.isEmpty)
            for name in flag.names {
                #expect(name.hasPrefix("-") && !name.contains("_") && !name.contains("="), "\(name)")
                // Short names may be another flag's: the first in the table is meant.
                guard name.hasPrefix("--") else { continue }
                #expect(seen.insert(name).inserted, "\(name)")
            }
            #expect(flag.name.hasPrefix("--"), "\(flag.name)")
        }
    }

    @Test("every reason can be read as the end of a sentence", arguments: FlagTable.Command.allCases)
    func reasons(command: FlagTable.Command) {
        for flag in FlagTable.flags(of: command) {
            switch flag.support {
            case .built: continue
            case .satisfied(let text), .neutral(_, missing: let text):
                #expect(!text.isEmpty && !text.hasSuffix("."), "\(flag.name)")
            }
        }
    }

    @Test("the flags that users of vLLM know are all there")
    func coverage() {
        let known = Set(FlagTable.flags(of: .serve).flatMap(\.names))
        for name in Self.documented { #expect(known.contains(name), "\(name)") }
    }

    /// Flags of `vllm serve` in vLLM 0.33 that stand in start commands.
    private static let documented = """
        --model --runner --convert --tokenizer --tokenizer-mode --trust-remote-code --dtype --seed --max-model-len
        --quantization -q --enforce-eager --served-model-name --revision --code-revision --tokenizer-revision --hf-token
        --hf-overrides --generation-config --max-logprobs --logprobs-mode --load-format --download-dir --block-size
        --gpu-memory-utilization --kv-cache-memory-bytes --kv-cache-dtype --enable-prefix-caching --cpu-offload-gb
        --max-num-batched-tokens --max-num-seqs --scheduling-policy --enable-chunked-prefill --async-scheduling
        --tensor-parallel-size -tp --pipeline-parallel-size -pp --data-parallel-size -dp --enable-expert-parallel -ep
        --distributed-executor-backend --limit-mm-per-prompt --enable-lora --lora-modules --speculative-config -sc
        --structured-outputs-config --reasoning-parser --kv-transfer-config --compilation-config -cc -O
        --attention-backend --disable-log-stats --enable-log-requests --shutdown-timeout --host --port --uds --api-key
        --uvicorn-log-level --disable-uvicorn-access-log --allowed-origins --ssl-keyfile --ssl-certfile --root-path
        --chat-template --chat-template-content-format --response-role --enable-auto-tool-choice --tool-call-parser
        --enable-request-id-headers --enable-prompt-tokens-details --config --api-server-count --headless --middleware
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
