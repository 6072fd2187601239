// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem

/// Keeps the user from more threads than cores: they would only take each other's time.
package enum ThreadLimit {
    /// The threads to take of those asked for, and what the user should hear about it.
    ///
    /// - Parameter cores: those that affinity mask and CPU quota leave to this process.
    package static func apply(
        to asked: Int, cores: Int = Int(vllm_available_cores())
    ) -> (threads: Int, warning: String?) {
        guard asked > cores else { return (asked, nil) }
        let allowed = Quantity.count(max(cores, 1), "core")
        return (
            max(cores, 1),
            "--threads \(asked) is more than the \(allowed) that this process may use; it computes with \(max(cores, 1))."
        )
    }
}
