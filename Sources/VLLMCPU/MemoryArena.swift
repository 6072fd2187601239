// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import VLLMTensors

/// Memory that only grows and is given back as a whole.
///
/// Takes regions from the system and cuts them from the front, aligned to a cache line. What is not touched
/// takes no memory.
struct MemoryArena: ~Copyable {
    private var regions: [(address: UInt, size: Int)] = []
    private var next: UInt = 0
    private var end: UInt = 0
    /// Bytes handed out.
    private(set) var usedBytes = 0

    static let alignment = 64
    static let regionSize = 32 << 20

    init() {}

    deinit {
        for region in regions {
            unsafe vllm_memory_unmap(UnsafeMutableRawPointer(bitPattern: region.address), region.size)
        }
    }

    /// Hands out zeroed memory.
    mutating func allocate(_ size: Int) throws(DeviceError) -> UInt {
        let padded = (Swift.max(size, 1) + Self.alignment - 1) / Self.alignment * Self.alignment
        if end - next < UInt(padded) { try addRegion(Swift.max(padded, Self.regionSize)) }
        let address = next
        next += UInt(padded)
        usedBytes += padded
        return address
    }

    private mutating func addRegion(_ size: Int) throws(DeviceError) {
        guard let address = unsafe vllm_memory_map(size) else {
            throw DeviceError("the system gave no \(size >> 20) MiB of memory.")
        }
        next = UInt(bitPattern: address)
        end = next + UInt(size)
        regions.append((next, size))
    }
}
