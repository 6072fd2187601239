// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A method taken from a value but not called yet.
final class BoundMethod {
    let receiver: Value
    let name: Text

    init(receiver: Value, name: Text) {
        self.receiver = receiver
        self.name = name
    }
}
