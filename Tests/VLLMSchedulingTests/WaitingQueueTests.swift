// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("WaitingQueue")
struct WaitingQueueTests {
    private func rank(_ arrival: UInt64, priority: Int = 0) -> SchedulingPolicy.Rank {
        SchedulingPolicy.priority.rank(of: makeRequest(arrival, priority: priority), arrival: arrival)
    }

    @Test("random insertions, removals and pops agree with a sorted array", arguments: [UInt64(1), 2, 3, 4])
    func random(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var queue = WaitingQueue()
        var model: [(rank: SchedulingPolicy.Rank, slot: Int)] = []
        for arrival in 0..<20_000 {
            // Phases of growth and of shrinkage, so that both the empty and the long queue are met.
            switch Int.random(in: 0..<(arrival / 1000 % 2 == 0 ? 4 : 8), using: &generator) {
            case 0, 1:
                let rank = rank(UInt64(arrival), priority: Int.random(in: 0..<3, using: &generator))
                queue.insert(arrival, rank: rank)
                let index = model.firstIndex { rank < $0.rank } ?? model.count
                model.insert((rank, arrival), at: index)
            case 2, 4, 5:
                guard let index = model.indices.randomElement(using: &generator) else { continue }
                queue.remove(rank: model.remove(at: index).rank)
            default:
                #expect(queue.popFirst() == model.first?.slot)
                if !model.isEmpty { model.removeFirst() }
            }
            #expect(queue.count == model.count)
            if arrival % 3 == 0 { #expect(queue.first() == model.first?.slot) }
        }
    }

    @Test("the policy decides whether priorities count, and a rank is never shared")
    func ranks() {
        let (low, high) = (makeRequest(1, priority: 5), makeRequest(2, priority: -5))
        let fcfs = SchedulingPolicy.fcfs
        #expect(fcfs.rank(of: low, arrival: 0) < fcfs.rank(of: high, arrival: 1))
        #expect(rank(1, priority: -5) < rank(0, priority: 5))
        #expect(rank(0, priority: 5) < rank(1, priority: 5))
    }
}
