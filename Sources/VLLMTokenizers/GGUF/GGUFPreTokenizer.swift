// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How a name under `tokenizer.ggml.pre` cuts words; names and patterns are those of llama.cpp's `llama-vocab.cpp`, or
/// where that rewrites one for its own engine, the published tokenizer's.
struct GGUFPreTokenizer: Sendable {
    /// The patterns, applied one after the other; each isolates its matches.
    var patterns: [String]
    /// Whether a word that is a token is taken whole.
    var ignoresMerges = false
    /// Whether text is brought into normalization form C.
    var normalizes = false
    /// Whether a text gets the token that begins a sequence where the file does not say it.
    var addsBeginningOfSequence = false
    /// Whether a text gets the separator where the file does not say it.
    var addsSeparator = false

    /// The pre-tokenizer of a name; without a name, the one called `default`.
    static func named(_ name: String?) throws(TokenizerError) -> GGUFPreTokenizer {
        let name = name ?? "default"
        guard let found = all[name] else {
            throw TokenizerError(
                "tokenizer.ggml.pre", "the pre-tokenizer is not supported",
                expected: all.keys.sorted().joined(separator: ", "), found: name.debugDescription)
        }
        return found
    }

    /// The pre-tokenizers by name.
    static let all: [String: GGUFPreTokenizer] = {
        let gpt2 = GGUFPreTokenizer(patterns: [WordPattern.gpt2])
        let digits = GGUFPreTokenizer(patterns: [#"\p{N}"#, WordPattern.gpt2])
        let llama3 = GGUFPreTokenizer(patterns: [WordPattern.llama3])
        let llama3Whole = GGUFPreTokenizer(
            patterns: [WordPattern.llama3], ignoresMerges: true, addsBeginningOfSequence: true)
        let qwen2 = GGUFPreTokenizer(patterns: [WordPattern.qwen2])
        let qwen2Composed = GGUFPreTokenizer(patterns: [WordPattern.qwen2], normalizes: true)
        let o200k = GGUFPreTokenizer(patterns: [WordPattern.o200k])
        let deepseek3 = GGUFPreTokenizer(patterns: [#"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+", deepseek3Words])
        let roberta = GGUFPreTokenizer(patterns: [WordPattern.gpt2], addsSeparator: true)
        let bailing = GGUFPreTokenizer(patterns: [
            #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
        ])
        var all: [String: GGUFPreTokenizer] = [
            "default": GGUFPreTokenizer(patterns: [
                #"[\p{P}\$\+<=>\^~\|]+"#, WordPattern.gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]",
            ]),
            "deepseek-llm": GGUFPreTokenizer(patterns: [
                "[\r\n]", #"\s?["# + casedLetters + "]+", #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+$"#,
                "[一-龥ࠀ-一가-퟿]+", #"\p{N}+"#,
            ]),
            "deepseek-coder": GGUFPreTokenizer(patterns: [
                "[\r\n]", #"\s?\p{L}+"#, #"\s?\p{P}+"#, "[一-龥ࠀ-一가-퟿]+", #"\p{N}"#,
            ]),
            "falcon": GGUFPreTokenizer(patterns: [
                #"[\p{P}\$\+<=>\^~\|`]+"#, WordPattern.gpt2, "[0-9][0-9][0-9]",
            ]),
            "poro-chat": GGUFPreTokenizer(patterns: [bloom]), "bloom": GGUFPreTokenizer(patterns: [bloom]),
            "gpt3-finnish": GGUFPreTokenizer(patterns: [bloom]),
            "viking": GGUFPreTokenizer(patterns: [bloom, #"\p{N}"#]),
            "tekken": GGUFPreTokenizer(
                patterns: [tekken], ignoresMerges: true, addsBeginningOfSequence: true),
            "chameleon": GGUFPreTokenizer(
                patterns: [
                    "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", #"([\t\n]|    |  )"#,
                    #"\p{N}"#,
                    #"[\p{P}!-/:-@\[-`{-~]"#, WordPattern.gpt2,
                ], addsBeginningOfSequence: true),
            "qwen35": GGUFPreTokenizer(patterns: [WordPattern.qwen35], normalizes: true),
            "seed-coder": GGUFPreTokenizer(patterns: [
                #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"#
            ]),
            "exaone-moe": GGUFPreTokenizer(patterns: [exaone]),
            "superbpe": GGUFPreTokenizer(patterns: [#"\p{N}+"#, #"(?=(\d{3})+(?!\d))"#]),
        ]
        let groups: [([String], GGUFPreTokenizer)] = [
            (
                [
                    "gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "gigachat", "a.x-4.0",
                    "mellum", "modern-bert", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4",
                ], gpt2
            ),
            (
                [
                    "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
                    "mellum2",
                ], digits
            ),
            (
                ["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"],
                llama3Whole
            ),
            (["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"], llama3),
            (["qwen2", "stablelm2"], qwen2Composed),
            (["deepseek-r1-qwen", "kormo", "megrez", "hunyuan", "solar-open", "grok-2"], qwen2),
            (["gpt-4o", "llama4", "kanana2", "minimax-m2"], o200k),
            (["deepseek-v3", "hunyuan-dense"], deepseek3),
            (["jina-v1-en", "jina-v2-code", "roberta-bpe"], roberta),
            (["bailingmoe", "bailingmoe2", "llada-moe"], bailing),
        ]
        for (names, cut) in groups {
            for name in names { all[name] = cut }
        }
        return all
    }()

    private static let bloom = #" ?[^(\s|.,!?…。，、।۔،)]+"#
    private static let tekken =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let deepseek3Words =
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
        + "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
    private static let exaone =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
    /// The letters with a case that DeepSeek LLM's tokenizer lists.
    private static let casedLetters =
        "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙ"
        + "ὛὝ\u{1F5F}-\u{1F7D}ᾀ-ᾴᾶ-ᾼ\u{1FBE}ῂ-ῄῆ-ῌ\u{1FD0}-\u{1FD3}\u{1FD6}-\u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u{2126}ℨ\u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮ"
        + "ⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"
}
