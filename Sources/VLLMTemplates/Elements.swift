// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The elements of a list or a tuple.
final class Elements {
    /// The deepest nesting of containers: releasing them must not exhaust the stack.
    static let deepest = 200

    let items: [Value]
    let depth: Int
    /// The number of values in this and all containers inside it, at most `Int.max`.
    let weight: Int
    /// Names under which the elements can be had as attributes too.
    let names: [String]

    /// Fails if the elements are nested too deeply.
    init(_ items: [Value], names: [String] = []) throws(TemplateError) {
        self.items = items
        self.names = names
        var depth = 0
        var weight = 1
        for item in items {
            depth = max(depth, item.depth)
            let (sum, overflow) = weight.addingReportingOverflow(item.weight)
            weight = overflow ? .max : sum
        }
        self.depth = depth + 1
        self.weight = weight
        if self.depth > Self.deepest { throw .limit("values are nested too deeply") }
    }
}
