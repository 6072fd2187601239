// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Values that can be walked once, such as the result of `map`.
final class ValueIterator {
    private let items: [Value]
    private var position = 0
    let depth: Int

    init(_ items: [Value]) throws(TemplateError) {
        self.items = items
        var depth = 0
        for item in items { depth = max(depth, item.depth) }
        self.depth = depth + 1
        if self.depth > Elements.deepest { throw .limit("values are nested too deeply") }
    }

    /// What is left; nothing is left after it.
    func drain() -> [Value] {
        defer { position = items.count }
        return position == 0 ? items : Array(items[position...])
    }

    /// The next value, or nil at the end.
    func next() -> Value? {
        if position >= items.count { return nil }
        defer { position += 1 }
        return items[position]
    }
}
