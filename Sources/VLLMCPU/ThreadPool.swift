// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem

/// The threads that compute, the caller being one of them.
@safe struct ThreadPool: ~Copyable {
    private let handle: OpaquePointer

    /// Starts `threads` − 1 threads.
    init(threads: Int, pinned: Bool) throws(PoolError) {
        guard let handle = unsafe vllm_pool_create(Int32(threads), pinned) else { throw PoolError() }
        unsafe self.handle = handle
    }

    /// No thread could be started.
    struct PoolError: Error {}

    deinit { unsafe vllm_pool_destroy(handle) }

    /// Threads, the caller's included.
    var count: Int { unsafe Int(vllm_pool_threads(handle)) }

    /// Calls the body once for each chunk in 0..<chunks, on all threads, and returns when all are done.
    ///
    /// Chunks are claimed one by one, so that a thread the system took away does not stall the rest. The body
    /// is given the chunk and the thread.
    func run(chunks: Int, _ body: (_ chunk: Int, _ thread: Int) -> Void) {
        guard chunks > 1 else {
            if chunks == 1 { body(0, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            var body = body
            unsafe withUnsafeMutablePointer(to: &body) { pointer in
                unsafe vllm_pool_run(
                    handle,
                    { context, chunk, thread in
                        guard let context = unsafe context else { return }
                        unsafe context.assumingMemoryBound(to: ((Int, Int) -> Void).self)
                            .pointee(Int(chunk), Int(thread))
                    }, pointer, Int32(chunks))
            }
        }
    }
}
