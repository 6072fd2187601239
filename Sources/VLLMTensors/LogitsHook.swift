// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Code that a row of logits passes on the host on its way to a token: the plug-ins of one sequence.
package protocol LogitsHook: AnyObject, Sendable {
    /// Changes the logits of the next token, `[vocabulary]`.
    func edit(_ logits: inout MutableSpan<Float>) throws
    /// Chooses the next token; nil leaves that to the backend.
    func choose(_ logits: Span<Float>) throws -> Int32?
}
