// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLM

/// A sampler that keeps the tokens whose surprise is nearest to the expected one, up to a share of the probability, and
/// draws among them (Meister et al., "Locally Typical Sampling", arXiv 2202.00666, section 4).
///
/// Over HTTP: `"sampler": {"qualname": "typical", "kwargs": {"mass": 0.9}}`.
struct TypicalSampler: TokenSampler {
    private let mass: Double

    init(_ arguments: JSONObject) throws {
        let mass = arguments["mass"] ?? 0.9
        guard let mass = mass.doubleValue, mass > 0, mass <= 1 else {
            throw RequestError("sampler", "mass should be in (0, 1], is \(mass).")
        }
        self.mass = mass
    }

    func sample(_ logits: Span<Float>, _ context: SamplingContext) -> Int32 {
        let temperature = max(context.params.temperature, 1e-5)
        var largest = -Double.infinity
        for index in logits.indices { largest = max(largest, Double(logits[index])) }
        var tokens: [(id: Int32, probability: Double)] = []
        var total = 0.0
        for index in logits.indices where logits[index] > -.infinity {
            let weight = exp((Double(logits[index]) - largest) / temperature)
            guard weight > 0 else { continue }
            tokens.append((Int32(index), weight))
            total += weight
        }
        var entropy = 0.0
        for index in tokens.indices {
            tokens[index].probability /= total
            entropy -= tokens[index].probability * log(tokens[index].probability)
        }
        tokens.sort { abs(-log($0.probability) - entropy) < abs(-log($1.probability) - entropy) }
        var kept = 0.0
        let count =
            tokens.firstIndex {
                kept += $0.probability; return kept >= mass
            } ?? tokens.count - 1
        var rest = context.uniform * kept
        for token in tokens[...count] {
            rest -= token.probability
            if rest < 0 { return token.id }
        }
        return tokens[count].id
    }
}
