// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem

/// The memory of this process.
package enum ProcessMemory {
    /// Gives back what the allocator keeps of freed memory, after work that took much of it once.
    package static func trim() { vllm_memory_trim() }
}
