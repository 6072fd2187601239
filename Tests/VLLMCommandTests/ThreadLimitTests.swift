// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ThreadLimit")
struct ThreadLimitTests {
    @Test("threads beyond the cores are not taken, and the user hears of it")
    func threads() {
        let within = ThreadLimit.apply(to: 2, cores: 2)
        #expect(within.threads == 2 && within.warning == nil)
        let limited = ThreadLimit.apply(to: 8, cores: 2)
        #expect(limited.threads == 2)
        #expect(limited.warning?.contains("--threads 8") == true)
        #expect(limited.warning?.contains("2 cores") == true)
        #expect(ThreadLimit.apply(to: 1, cores: 0).threads == 1)
    }

    @Test("a command with more threads than cores says so and goes on")
    func command() throws {
        let outcome = try ChildProcess.run(
            "generate", "--prompt", "hi", "--max-tokens", "1", "--threads", "1000")
        #expect(outcome.status == 0 && outcome.error.contains("--threads 1000 is more than"))
        let kernels = try ChildProcess.run(
            "bench", "kernels", "--threads", "1000", "--rows", "1", "--filter", "rms norm 0.5B m=1")
        #expect(kernels.status == 0 && kernels.error.contains("--threads 1000 is more than"))
    }
}
