// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The keys, values or items of a dict.
final class MappingView {
    /// Which part of the entries.
    enum Part {
        case keys
        case values
        case items
    }

    let mapping: Mapping
    let part: Part

    init(_ mapping: Mapping, _ part: Part) {
        self.mapping = mapping
        self.part = part
    }

    var typeName: String {
        switch part {
        case .keys: "dict_keys"
        case .values: "dict_values"
        case .items: "dict_items"
        }
    }

    /// The elements in order.
    func items() throws(TemplateError) -> [Value] {
        switch part {
        case .keys: return mapping.keys
        case .values: return mapping.values
        case .items:
            var items: [Value] = []
            items.reserveCapacity(mapping.count)
            for index in 0..<mapping.count {
                items.append(.tuple(try Elements([mapping.keys[index], mapping.values[index]])))
            }
            return items
        }
    }
}
