// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Values that can be walked once, such as the result of `map`.
///
/// Python makes them one by one, so that an error of making one shows when it is asked for, or never.
final class ValueIterator {
    private let items: [Value]
    private var position = 0
    let depth: Int
    /// The error in place of what comes behind the values.
    private var failure: TemplateError?

    init(_ items: [Value], failure: TemplateError? = nil) throws(TemplateError) {
        self.items = items
        self.failure = failure
        var depth = 0
        for item in items { depth = max(depth, item.depth) }
        self.depth = depth + 1
        if self.depth > Elements.deepest { throw .limit("values are nested too deeply") }
    }

    /// What is left; nothing is left after it.
    func drain() throws(TemplateError) -> [Value] {
        defer { position = items.count }
        try fail()
        return position == 0 ? items : Array(items[position...])
    }

    /// The next value, or nil at the end.
    func next() throws(TemplateError) -> Value? {
        if position >= items.count {
            try fail()
            return nil
        }
        defer { position += 1 }
        return items[position]
    }

    /// Throws the error once; nothing is left after it.
    private func fail() throws(TemplateError) {
        guard let error = failure else { return }
        failure = nil
        throw error
    }
}
