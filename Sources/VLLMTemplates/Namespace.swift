// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// An object whose attributes a template may set.
final class Namespace {
    var attributes: [(name: Text, value: Value)] = []

    subscript(name: Text) -> Value? {
        get { attributes.first { $0.name == name }?.value }
        set {
            guard let newValue else { return }
            if let place = attributes.firstIndex(where: { $0.name == name }) {
                attributes[place].value = newValue
            } else {
                attributes.append((name, newValue))
            }
        }
    }
}
