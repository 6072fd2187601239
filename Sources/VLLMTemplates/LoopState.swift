// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What the name `loop` stands for inside a loop.
final class LoopState {
    let items: [Value]
    let depth0: Int
    /// The loop and where it stands, if it is recursive.
    let recursion: (loop: ForLoop, scope: Scope?)?
    var index0 = 0
    var lastChanged: [Value]?
    let depthOfItems: Int

    init(items: [Value], depth0: Int, recursion: (loop: ForLoop, scope: Scope?)?) {
        self.items = items
        self.depth0 = depth0
        self.recursion = recursion
        depthOfItems = items.reduce(0) { max($0, $1.depth) }
    }
}
