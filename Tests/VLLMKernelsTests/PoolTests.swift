// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import Synchronization
import Testing
import VLLMConformance

/// Counts how often each chunk of a run was executed, and by threads in range.
private final class Tally: Sendable {
    let counts: [Counter]
    let threads: Int
    let strangers = Atomic<Int>(0)

    final class Counter: Sendable { let value = Atomic<Int>(0) }

    init(chunks: Int, threads: Int) {
        counts = (0..<chunks).map { _ in Counter() }
        self.threads = threads
    }

    func run(on pool: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe vllm_pool_run(
            pool,
            { context, chunk, thread in
                guard let context = unsafe context else { return }
                let tally = unsafe Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue()
                tally.counts[Int(chunk)].value.wrappingAdd(1, ordering: .relaxed)
                if thread < 0 || Int(thread) >= tally.threads {
                    tally.strangers.wrappingAdd(1, ordering: .relaxed)
                }
            }, context, Int32(counts.count))
    }

    var isExact: Bool {
        strangers.load(ordering: .relaxed) == 0
            && counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 }
    }
}

private enum PoolError: Error { case none }

@Suite struct PoolTests {
    @Test(arguments: 1...8)
    func everyChunkIsExecutedOnce(threads: Int) throws {
        guard let pool = unsafe vllm_pool_create(Int32(threads), false) else { throw PoolError.none }
        defer { unsafe vllm_pool_destroy(pool) }
        #expect(unsafe vllm_pool_threads(pool) == Int32(threads))
        var numbers = Numbers(seed: UInt64(threads))
        for run in 0..<3000 {
            let tally = Tally(chunks: numbers.below(run % 50 == 0 ? 500 : 12), threads: threads)
            unsafe tally.run(on: pool)
            guard tally.isExact else {
                Issue.record("run \(run) of \(tally.counts.count) chunks")
                return
            }
        }
    }

    @Test func aPinnedPoolWorks() throws {
        guard let pool = unsafe vllm_pool_create(3, true) else { throw PoolError.none }
        defer { unsafe vllm_pool_destroy(pool) }
        for _ in 0..<50 {
            let tally = Tally(chunks: 20, threads: 3)
            unsafe tally.run(on: pool)
            #expect(tally.isExact)
        }
    }

    @Test func poolsComeAndGoWithoutWork() {
        for threads in 1...6 {
            for _ in 0..<20 { unsafe vllm_pool_destroy(vllm_pool_create(Int32(threads), false)) }
        }
    }
}
