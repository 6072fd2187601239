// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMExecution

/// The counter-based random numbers.
@Suite struct RandomStreamTests {
    @Test("numbers are those of Philox 4x32-10's published test vectors")
    func vectors() {
        // Random123's kat_vectors: a zero counter and key give 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
        let bits: UInt64 = 0x6627_e8d5_e169_c58d
        #expect(RandomStream.uniform(seed: 0, sequence: 0, position: 0) == Double(bits >> 11) * 0x1p-53)
    }

    @Test("numbers are spread evenly and depend on each part of their name")
    func spread() {
        let numbers = (0..<10_000).map { RandomStream.uniform(seed: 1, sequence: 0, position: $0) }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = numbers.reduce(0, +) / 10_000
        // Six standard deviations of the mean of 10,000 uniform numbers.
        #expect(abs(mean - 0.5) < 6 * 0.2887 / 100)
        #expect(Set(numbers).count == 10_000)
        let other = RandomStream.uniform(seed: 2, sequence: 0, position: 0)
        #expect(other != numbers[0])
        #expect(RandomStream.uniform(seed: 1, sequence: 1, position: 0) != numbers[0])
    }
}
