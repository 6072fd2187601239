// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text with spaces behind it, at least one, up to a number of characters.
    func leftAligned(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }

    /// The text with spaces before it, up to a number of characters.
    func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
