// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMTensors

/// Layers whose feed-forward part is many gated MLPs, experts, of which each token goes to a few (arXiv 1701.06538).
public struct ExpertsConfiguration: Sendable, Hashable {
    /// How many experts there are, and how a token's are chosen.
    public var routing: RoutingOptions
    /// Elements between the two halves of an expert.
    public var intermediateSize: Int
    /// Elements between the two halves of the MLP that all tokens go to besides; 0 where there is none.
    public var sharedIntermediateSize = 0
    /// True for each layer that has experts; the others have the decoder's MLP.
    public var layers: [Bool]
    /// Where the weights stand in the checkpoint.
    public var names: ExpertNames

    /// Creates a configuration.
    public init(routing: RoutingOptions, intermediateSize: Int, layers: [Bool], names: ExpertNames) {
        self.routing = routing
        self.intermediateSize = intermediateSize
        self.layers = layers
        self.names = names
    }

    /// Weights of a layer's linear parts, with so many of its experts.
    func weights(hiddenSize: Int, experts: Int) -> Int {
        let gated = 3 * hiddenSize * (experts * intermediateSize + sharedIntermediateSize)
        let gate = names.sharedGate == nil ? 0 : hiddenSize
        return gated + gate + hiddenSize * routing.numExperts
    }
}

/// Where a checkpoint keeps a layer's experts: names without `.weight`, `{}` for the layer.
public struct ExpertNames: Sendable, Hashable {
    /// The experts' own weights.
    public enum Weights: Sendable, Hashable {
        /// A tensor each, with a bias each or none; the second `{}` is for the expert.
        case separate(gate: String, up: String, down: String, hasBias: Bool = false)
        /// One tensor for all: gates above ups, [experts, 2 × intermediate, hidden], and [experts, hidden, intermediate];
        /// whole names.
        case stacked(gateUp: String, down: String)
        /// One tensor for all with the inputs first, a gate and an up in turn, [experts, hidden, 2 × intermediate], and
        /// [experts, intermediate, hidden]; whole names. Biases, where there are, are [experts, 2 × intermediate] and
        /// [experts, hidden].
        case alternating(gateUp: String, down: String, gateUpBias: String?, downBias: String?)
    }

    /// The MLP that all tokens go to besides.
    public struct Shared: Sendable, Hashable {
        /// The gate of the MLP.
        public var gate: String
        /// The first half.
        public var up: String
        /// The second half.
        public var down: String

        /// Creates names.
        public init(gate: String, up: String, down: String) {
            (self.gate, self.up, self.down) = (gate, up, down)
        }
    }

    /// The router, [experts, hidden].
    public var router: String
    /// The router adds a bias.
    public var routerHasBias = false
    /// What is added to the router's scores for the choice alone; the whole name.
    public var correction: String?
    /// The experts' own weights.
    public var weights: Weights
    /// The MLP that all tokens go to besides.
    public var shared: Shared?
    /// One row whose sigmoid that MLP's result is multiplied with.
    public var sharedGate: String?

    /// Creates names; the optional ones can be set behind.
    public init(router: String, weights: Weights) {
        self.router = router
        self.weights = weights
    }
}
