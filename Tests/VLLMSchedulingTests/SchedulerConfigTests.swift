// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling

@Suite("SchedulerConfig")
struct SchedulerConfigTests {
    @Test("a value under which no schedule exists is refused by name")
    func validation() {
        let wrong: [(SchedulerConfig, String)] = [
            (makeConfig(maxNumSeqs: 0), "maxNumSeqs"),
            (makeConfig(maxNumSeqs: 65), "maxNumBatchedTokens"),
            (makeConfig(maxNumBatchedTokens: 63, chunked: false), "maxNumBatchedTokens"),
            (makeConfig(maxModelLen: 1), "maxModelLen"),
            (makeConfig(blockSize: 0), "blockSize"),
            (makeConfig(numBlocks: 0), "numBlocks"),
            (makeConfig(blockSize: 1, numBlocks: 1), "numBlocks"),
            (makeConfig(numBlocks: Int(Int32.max)), "numBlocks"),
            (makeConfig(threshold: -1), "longPrefillTokenThreshold"),
        ]
        for (config, parameter) in wrong {
            let error = #expect(throws: SchedulingError.self) { try Scheduler(config: config) }
            #expect(error?.parameter == parameter)
        }
        #expect(throws: Never.self) { try makeConfig().validate() }
        #expect(throws: Never.self) { try makeConfig(maxNumBatchedTokens: 64, chunked: false).validate() }
    }

    @Test("a sequence is as long as both the model and the pool allow")
    func maximumSequenceLength() throws {
        #expect(try Scheduler(config: makeConfig(maxModelLen: 64, numBlocks: 64)).maximumSequenceLength == 64)
        #expect(try Scheduler(config: makeConfig(maxModelLen: 64, numBlocks: 5)).maximumSequenceLength == 20)
    }
}
