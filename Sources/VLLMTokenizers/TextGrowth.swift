// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Bounds how long steps that stand in a file may make a text.
enum TextGrowth {
    /// Throws where steps one after the other would let a short text fill the memory.
    ///
    /// - Parameter factors: how many times as long each step makes a text, at most.
    static func check(_ factors: some Sequence<Int>, context: String) throws(TokenizerError) {
        var growth = 1
        for factor in factors {
            growth *= factor
            guard growth <= 1024 else {
                throw TokenizerError(
                    context, "its steps together may make a text a thousand times as long")
            }
        }
    }
}
