// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Gives its values in turn.
final class Cycler {
    let items: [Value]
    var position = 0
    let depth: Int

    init(_ items: [Value]) throws(TemplateError) {
        self.items = items
        depth = items.reduce(0) { max($0, $1.depth) } + 1
        if depth > Elements.deepest { throw .limit("values are nested too deeply") }
    }
}
