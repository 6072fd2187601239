// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTypes

/// Valid inputs that no file of the repository has, and what stands beside an input.
enum Samples {
    /// A configuration without a key.
    static let emptyObject = Array("{}".utf8)
    /// A weights file that holds no tensors.
    static let noTensors = weights(header: "{}", numBytes: 0)
    /// A weights file with a tensor of every kind of shape.
    static let shard = weights(
        header: """
            {"__metadata__":{"format":"pt"},\
            "a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
            "b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},\
            "c":{"dtype":"I64","shape":[],"data_offsets":[22,30]},\
            "d":{"dtype":"U8","shape":[0,4],"data_offsets":[30,30]}}
            """, numBytes: 30)
    /// What the lists of tensors call that file.
    static let shardName = "s"
    /// A text with letters outside ASCII, digits and spaces: what tokenizers split at.
    static let text = "Hello, wörld 42 \u{1F600}\n  x"
    /// The variables of a chat template, and those of the test suite's templates.
    static let conversation: JSONObject = [
        "messages": [
            ["role": "system", "content": "Be brief."], ["role": "user", "content": "Hi"],
            ["role": "assistant", "content": "Hello"],
        ],
        "tools": [["type": "function", "function": ["name": "f", "parameters": [:]]]],
        "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>",
        "s": "Hello World", "u": "naïve café 日本語 \u{1F600}!", "n": 7, "neg": -7, "f": 3.5, "t": true,
        "z": nil,
        "l": [3, 1, 2], "words": ["pear", "Apple", "fig"], "d": ["b": 1, "a": ["c": [1, 2]]], "empty": [],
        "people": [["name": "Ann", "age": 30], ["name": "bob", "age": 25, "admin": true]],
        "html": "<a href='x'>\"R&D\"</a>", "text": "one two  three\nfour\tfive\n\n six",
    ]

    /// A SentencePiece file with an unknown piece and a letter.
    static let sentencePiece: [UInt8] =
        [0x0A, 9, 0x0A, 5] + Array("<unk>".utf8) + [0x18, 2] + [0x0A, 3, 0x0A, 1, UInt8(ascii: "a")]

    /// Makes what stands beside such a file.
    static func words() -> [[UInt8]] {
        ["[UNK]\n[CLS]\n[SEP]\na\n##b\n\nhello\r\n##lo\n,\né\n", "[UNK]"].map { Array($0.utf8) }
    }

    static func tokenizerConfigurations() -> [[UInt8]] {
        [
            #"{"tokenizer_class": "LlamaTokenizer", "add_bos_token": true, "bos_token": "<s>", "legacy": false}"#,
            #"{"tokenizer_class": "ChatGLMTokenizer", "added_tokens_decoder": {"7": {"content": "x", "special": true}}}"#,
        ].map { Array($0.utf8) }
    }

    /// Makes files of few and small tensors, so that most of an input's bytes are its header's.
    static func safetensors() -> [[UInt8]] { [noTensors, shard] }

    /// What the sample of packed weights is for.
    static let packedKey = PackedCacheKey(packing: "p", identity: ["f: 1 bytes"])

    /// Makes a file of packed weights.
    static func packed() -> [[UInt8]] {
        let path = FileManager.default.temporaryDirectory.path + "/vllm-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let content = [UInt8](repeating: 3, count: 100)
        _ = try? PackedFileWriter.write(
            [("a", 100), ("b", 100)], key: packedKey, to: path, replacing: nil
        ) { _, write in unsafe try write(content.span.bytes) }
        return ((try? Data(contentsOf: URL(filePath: path))).map { [[UInt8]($0)] }) ?? []
    }

    /// Makes lists of the tensors in that file.
    static func indices() -> [[UInt8]] {
        [Array(#"{"metadata":{"total_size":30},"weight_map":{"a":"s","b":"s"}}"#.utf8)]
    }

    /// Makes files of flags in YAML's ways to write them.
    static func yaml() -> [[UInt8]] {
        [
            "model: \"./a model\"\nmax_model_len: 4k\nserved-model-name: [one, two]\napi-key:\n  - secret\n",
            "override-generation-config: {temperature: 0.5, top_p: 1e-1, stop: ~}\nchat-template: |\n  a\n  b\n",
            "%YAML 1.1\n---\nseed: !!int '3'\nport: &a 1\nhost: *a\n...\n",
        ].map { Array($0.utf8) }
    }

    /// Makes the frames that go to the engine's process.
    static func orders() -> [[UInt8]] {
        var options = EngineOptions(model: "m")
        (options.tokenizer, options.revision, options.maxModelLen) = ("t", "r", 5)
        options.logitsProcessors = ["p"]
        var params = SamplingParams(
            n: 2, temperature: 0.25, logitBias: [5: -1.5], badWords: ["no"], stop: ["end"], seed: 7,
            logprobs: 2, logitsProcessors: [PlugInCall("b", ["x": [1, 2.5]])])
        params.badWordsTokenIDs = [[1], []]
        let request = EngineRequest(
            id: SequenceID(4), promptTokenIDs: [1, 300, 70_000], params: params, eosTokenIDs: [2],
            cacheSalt: "salt")
        return [
            WireCoder.bytes(of: EngineOrder.load(options, path: "/model")),
            WireCoder.bytes(of: EngineOrder.commands([.add(request)])),
            WireCoder.bytes(of: EngineOrder.commands([.abort(SequenceID(4)), .resetPrefixCache, .stop])),
        ]
    }

    /// Makes the frames that come from it.
    static func reports() -> [[UInt8]] {
        let chosen = TokenLogprob(tokenID: 3, logprob: -.infinity, rank: 9)
        let entry = PositionLogprobs(chosen: chosen, top: [chosen])
        var output = EngineCoreOutput(id: SequenceID(4))
        output.newTokenIDs = [7]
        output.logprobs = [entry]
        output.promptLogprobs = (start: 4, entries: [entry, entry])
        output.finishReason = .length
        output.stopReason = .string("stop")
        output.firstScheduled = .now
        let step = StepOutput(
            outputs: [output], started: [SequenceID(9)], statistics: SchedulerStatistics(), numTokens: 5,
            failure: nil)
        return [
            WireCoder.bytes(of: EngineReport.progress(done: 1, total: 2)),
            WireCoder.bytes(of: EngineReport.ready(.blank)),
            WireCoder.bytes(of: EngineReport.failed("no")),
            WireCoder.bytes(of: EngineReport.step(step)),
        ]
    }

    /// Makes a weights file: the length of the header, the header, zeros.
    private static func weights(header: String, numBytes: Int) -> [UInt8] {
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: numBytes)
    }
}
