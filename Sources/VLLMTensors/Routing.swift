// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How a token's experts are chosen from its router's logits.
public struct RoutingOptions: Sendable, Hashable {
    /// What makes scores of logits.
    public enum Score: Sendable, Hashable {
        /// Over all experts. Normalized weights are then the softmax over the chosen ones alone.
        case softmax
        /// Each by itself (arXiv 2412.19437).
        case sigmoid
    }

    /// Experts in groups of equal size, the best of which are chosen from.
    public struct Groups: Sendable, Hashable {
        /// What makes a group good.
        public enum Score: Sendable, Hashable {
            /// Its best expert (arXiv 2405.04434).
            case largest
            /// The sum of its two best experts (arXiv 2412.19437).
            case sumOfTwoLargest
        }

        /// Groups; divides the experts.
        public var count: Int
        /// Groups that a token's experts are in.
        public var chosen: Int
        /// What makes a group good.
        public var score: Score

        /// Creates groups.
        public init(count: Int, chosen: Int, score: Score) {
            (self.count, self.chosen, self.score) = (count, chosen, score)
        }
    }

    /// Experts of a layer, at most `maxExperts`.
    public var numExperts: Int
    /// Experts that a token goes to.
    public var numExpertsPerToken: Int
    /// What makes scores of logits.
    public var score = Score.softmax
    /// Divides the chosen scores by their sum.
    public var normalizes: Bool
    /// Limits the choice to some groups; nil does not.
    public var groups: Groups?
    /// What the weights are multiplied with at last.
    public var scale: Float = 1

    /// Experts that a layer can have.
    public static let maxExperts = 1024

    /// Creates options; the others can be set behind.
    public init(numExperts: Int, numExpertsPerToken: Int, normalizes: Bool) {
        self.numExperts = numExperts
        self.numExpertsPerToken = numExpertsPerToken
        self.normalizes = normalizes
    }

    /// True where every token finds as many experts as it asks for.
    public var isValid: Bool {
        guard (1...Self.maxExperts).contains(numExperts), numExpertsPerToken >= 1 else { return false }
        guard let groups else { return numExpertsPerToken <= numExperts }
        guard (1...numExperts).contains(groups.count), numExperts % groups.count == 0,
            (1...groups.count).contains(groups.chosen)
        else { return false }
        return numExpertsPerToken <= numExperts / groups.count * groups.chosen
    }
}

/// Memory for which experts the tokens of a step go to: filled by `route`, read by `groupedLinear`.
package struct Routing: Sendable, Hashable {
    package let options: RoutingOptions
    /// Each token's experts, rising, int32 [tokens, expertsPerToken].
    package let experts: Tensor
    /// Their weights, float32 [tokens, expertsPerToken].
    package let weights: Tensor
    /// Where each expert's rows begin, int32 [1, experts + 1].
    package let starts: Tensor
    /// The token of each row, by expert, int32 [1, tokens × expertsPerToken].
    package let rows: Tensor
    /// The weight of each row, float32 [1, tokens × expertsPerToken].
    package let rowWeights: Tensor
    /// Where a backend gathers activations by expert, in a layout of its own, and how many bytes it has for them.
    package let gathered: UInt
    package let gatheredSize: Int

    package init(
        options: RoutingOptions, experts: Tensor, weights: Tensor, starts: Tensor, rows: Tensor,
        rowWeights: Tensor, gathered: UInt, gatheredSize: Int
    ) {
        self.options = options
        self.experts = experts
        self.weights = weights
        self.starts = starts
        self.rows = rows
        self.rowWeights = rowWeights
        self.gathered = gathered
        self.gatheredSize = gatheredSize
    }
}

/// The same layer of all experts, alike in shape and format.
package struct PackedExperts: Sendable, Hashable {
    package let weights: [PackedWeight]
    /// A bias an expert, or none.
    package let biases: [PackedVector]

    package init(weights: [PackedWeight], biases: [PackedVector] = []) {
        precondition(biases.isEmpty || biases.count == weights.count)
        for weight in weights {
            precondition(
                weight.runs == weights[0].runs && weight.runs.count == 1
                    && weight.inputs == weights[0].inputs && weight.isGated == weights[0].isGated,
                "experts differ: \(weight), \(weights[0])")
        }
        self.weights = weights
        self.biases = biases
    }
}
