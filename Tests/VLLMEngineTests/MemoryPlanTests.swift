// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMTensors

/// How memory becomes blocks.
@Suite struct MemoryPlanTests {
    private let mebibyte = 1 << 20

    private func plan(
        free: Int, used: Int, mapped: Int = 0, modelLength: Int = 1000,
        _ change: (inout EngineOptions) -> Void = { _ in }
    ) throws(DeviceError) -> MemoryPlan {
        var options = EngineOptions(model: "m")
        change(&options)
        return try MemoryPlan.make(
            options, bytesPerToken: 1024, modelLength: modelLength, free: free, used: used, mapped: mapped)
    }

    @Test("the pool is what utilization leaves behind weights and buffers")
    func utilization() throws {
        let plan = try plan(free: 100 * mebibyte, used: 40 * mebibyte, modelLength: 100_000) {
            $0.memoryUtilization = 0.5
        }
        #expect(plan.numBlocks == 10 * mebibyte / (16 * 1024))
        #expect(plan.maxModelLen == plan.numBlocks * 16)
    }

    @Test("the pool is never larger than all sequences at full length")
    func bounded() throws {
        let plan = try plan(free: 100 << 30, used: 0) { $0.maxNumSeqs = 4 }
        #expect(plan.numBlocks == 4 * 63)
        #expect(plan.maxModelLen == 1000)
    }

    @Test("bytes that the user named count, whatever is free")
    func named() throws {
        let plan = try plan(free: 0, used: 0) { $0.kvCacheMemoryBytes = 8 * 1 << 20 }
        #expect(plan.numBlocks == 8 * 64)
    }

    @Test("a length that does not fit is refused if it was asked for")
    func refused() throws {
        #expect(throws: DeviceError.self) {
            try plan(free: 10 * mebibyte, used: 9 * mebibyte) { $0.maxModelLen = 1000 }
        }
        #expect(throws: DeviceError.self) { try plan(free: mebibyte, used: 2 * mebibyte) }
    }

    @Test("mapped weights give way to the pool only where it does not fit beside them")
    func mapped() throws {
        // 92 MiB of 100 are there; 20 are no file's.
        let beside = try plan(
            free: 100 * mebibyte, used: 91 * mebibyte, mapped: 71 * mebibyte, modelLength: 100_000)
        #expect(!beside.readsDisk && beside.numBlocks == 64)
        let before = try plan(
            free: 100 * mebibyte, used: 500 * mebibyte, mapped: 480 * mebibyte, modelLength: 100_000)
        #expect(before.readsDisk && before.numBlocks == 36 * 64)
        let long = try plan(
            free: 100 * mebibyte, used: 91 * mebibyte, mapped: 71 * mebibyte, modelLength: 100_000
        ) {
            $0.maxModelLen = 30_000
        }
        #expect(long.readsDisk && long.maxModelLen == 30_000)
        let named = try plan(free: 100 * mebibyte, used: 99 * mebibyte, mapped: 71 * mebibyte) {
            $0.kvCacheMemoryBytes = 8 * mebibyte
        }
        #expect(named.readsDisk && named.numBlocks == 8 * 64)
        // What is no file's has to fit.
        let error = #expect(throws: DeviceError.self) {
            try plan(free: 100 * mebibyte, used: 500 * mebibyte, mapped: 400 * mebibyte)
        }
        #expect(error?.message.contains("--packed-cache") == false)
        let anonymous = #expect(throws: DeviceError.self) {
            try plan(free: 100 * mebibyte, used: 500 * mebibyte)
        }
        #expect(anonymous?.message.contains("--packed-cache") == true)
    }

    @Test("memory is short where weights leave nothing, and unknown memory is not")
    func short() {
        var options = EngineOptions(model: "m")
        #expect(MemoryPlan.isShort(options, weights: 90 * mebibyte, free: 100 * mebibyte))
        #expect(!MemoryPlan.isShort(options, weights: 80 * mebibyte, free: 100 * mebibyte))
        #expect(!MemoryPlan.isShort(options, weights: .max, free: 0))
        options.kvCacheMemoryBytes = 30 * mebibyte
        #expect(MemoryPlan.isShort(options, weights: 71 * mebibyte, free: 100 * mebibyte))
        #expect(!MemoryPlan.isShort(options, weights: 70 * mebibyte, free: 100 * mebibyte))
    }
}
