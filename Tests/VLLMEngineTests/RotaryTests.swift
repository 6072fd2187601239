// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCPU
import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Rotary frequencies of configurations against those that transformers computes from them.
///
/// `Scripts/fixtures/rotary.py` made them.
@Suite struct RotaryTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let config: JSONObject
        let headDim: Int
        let maxModelLen: Int
        let frequencies: [Double]
        let attentionFactor: Double

        init?(_ value: JSONValue) {
            guard let name = value["name"]?.stringValue, let config = value["config"]?.objectValue,
                let headDim = value["head_dim"]?.intValue,
                let maxModelLen = value["max_model_len"]?.intValue,
                let frequencies = value["frequencies"]?.arrayValue?.compactMap(\.doubleValue),
                let factor = value["attention_factor"]?.doubleValue
            else { return nil }
            testDescription = name
            (self.config, self.headDim, self.maxModelLen) = (config, headDim, maxModelLen)
            (self.frequencies, attentionFactor) = (frequencies, factor)
        }
    }

    static let cases: [Case] = {
        let source = CheckpointSource.folder(path: ModelFixture.folder(""))
        let list = try? source.object("rotary.json")?["cases"]?.arrayValue
        return (list ?? []).compactMap(Case.init)
    }()

    private func rotary(_ config: JSONObject, headDim: Int) throws -> RotaryConfiguration {
        let positions = try #require(config["max_position_embeddings"]?.intValue)
        return try RotaryConfiguration(
            ConfigReader(config, file: "config.json"), headDim: headDim, maxPositions: positions)
    }

    @Test("every scaling's frequencies are transformers'", arguments: cases)
    func frequencies(item: Case) throws {
        let found = try rotary(item.config, headDim: item.headDim)
            .inverseFrequencies(maxModelLen: item.maxModelLen)
        #expect(found.count == item.frequencies.count)
        for (frequency, expected) in zip(found, item.frequencies) {
            // The reference's powers are of float32, whose exponents of up to 14 are off by half a unit each.
            #expect(abs(Double(frequency) - expected) <= 3e-6 * expected)
        }
    }

    @Test("tables are cosines and sines of positions, times the attention factor", arguments: cases)
    func table(item: Case) throws {
        let rotary = try rotary(item.config, headDim: item.headDim)
        let frequencies = rotary.inverseFrequencies(maxModelLen: item.maxModelLen)
        let table = rotary.table(maxModelLen: item.maxModelLen, on: try CPUBackend(.init(numThreads: 2)))
        #expect(table.cosines.count == item.maxModelLen * frequencies.count)
        #expect(table.sines.count == table.cosines.count)
        for position in [0, 1, 1023, 1024, item.maxModelLen - 1] {
            for (pair, frequency) in frequencies.enumerated() {
                let angle = Double(Float(position) * frequency)
                let index = position * frequencies.count + pair
                // Half a unit for the function, the factor and the product.
                let tolerance = 2e-7 * item.attentionFactor
                #expect(
                    abs(Double(table.cosines[index]) - item.attentionFactor * cos(angle)) <= tolerance)
                #expect(abs(Double(table.sines[index]) - item.attentionFactor * sin(angle)) <= tolerance)
            }
        }
    }

    @Test("positions reach as far as vLLM says: times the factor, unless the length is already that")
    func reach() throws {
        let expected = [
            "plain": 4096, "linear": 16384, "dynamic": 8192, "llama3": 131_072, "yarn": 131_072,
            "longrope, long": 131_072,
        ]
        for (name, length) in expected {
            let item = try #require(Self.cases.first { $0.testDescription == name })
            let positions = try #require(item.config["max_position_embeddings"]?.intValue)
            #expect(try rotary(item.config, headDim: item.headDim).reach(positions) == length, "\(name)")
        }
    }

    @Test(
        "a scaling that is not known, or has no sense, is refused by key and value",
        arguments: [
            (#"{"rope_type": "mrope"}"#, "mrope"),
            (#"{"rope_type": "linear"}"#, "'factor' is missing"),
            (#"{"type": "dynamic", "factor": 0}"#, "'factor' should be greater than zero"),
            (#"{"type": "yarn", "factor": 4, "attn_factor": 2}"#, "'attn_factor' is 2"),
            (#"{"type": "yarn", "factor": 4, "beta_fast": -1}"#, "beta_fast"),
            (
                #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1}"#,
                "high_freq_factor"
            ),
            (#"{"type": "longrope", "short_factor": [1, 2], "long_factor": [1, 2]}"#, "short_factor"),
            (#"{"type": "longrope"}"#, "short_factor"),
            (
                #"{"type": "yarn", "factor": 4, "original_max_position_embeddings": 0}"#,
                "original_max_position"
            ),
        ])
    func refused(scaling: String, reason: String) throws {
        let text = #"{"max_position_embeddings": 4096, "rope_scaling": \#(scaling)}"#
        let config = try #require(try JSONParser.parse(text).objectValue)
        let error = #expect(throws: CheckpointError.self) { try rotary(config, headDim: 64) }
        #expect("\(try #require(error))".contains(reason), "\(String(describing: error))")
    }
}
