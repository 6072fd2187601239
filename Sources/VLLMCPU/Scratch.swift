// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Memory of one thread for the length of a call, grown when more is asked for.
struct Scratch {
    private var storage: Storage?

    /// Aligned memory that is freed once.
    @safe private final class Storage {
        let base: UnsafeMutableRawPointer
        let size: Int

        init(size: Int) {
            unsafe base = .allocate(byteCount: size, alignment: 64)
            self.size = size
        }

        deinit { unsafe base.deallocate() }
    }

    /// At least that many bytes, aligned to 64; what they held before may be lost.
    mutating func pointer(size: Int) -> UnsafeMutableRawPointer {
        if let storage, storage.size >= size { return unsafe storage.base }
        let grown = Storage(size: (size + 4095) / 4096 * 4096)
        storage = grown
        return unsafe grown.base
    }
}
