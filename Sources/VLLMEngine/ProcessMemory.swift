// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem

/// The memory of this process.
package enum ProcessMemory {
    /// Gives back what the allocator keeps of freed memory, after work that took much of it once.
    package static func trim() { vllm_memory_trim() }

    /// The most bytes that were resident at one time; 0 where the system does not say.
    package static var peakResident: Int { Int(clamping: vllm_peak_resident_memory()) }
}
