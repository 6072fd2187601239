// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What an assignment sets.
indirect enum Target: Sendable {
    case variable(Int)
    case attribute(namespace: Int, name: Text)
    case tuple([Target])
}
