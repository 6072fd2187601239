// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension [String: String] {
    /// A variable of an environment; nil where it is missing or empty, which means the same.
    package func nonEmpty(_ variable: String) -> String? {
        guard let value = self[variable], !value.isEmpty else { return nil }
        return value
    }
}
