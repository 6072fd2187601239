// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

extension Scheduler {
    /// What the slots of the pool are good for once a plan is carried out and before `update`.
    ///
    /// Takes time in proportion to the running batch.
    package func occupancy(with plan: SchedulerOutput) -> KVOccupancy {
        var occupancy = KVOccupancy()
        var numReachable = 0
        for slot in running {
            let numHeld = sequences[slot].blockTable.blockIDs.count * config.blockSize
            occupancy.numHeld += numHeld
            occupancy.numFilled += sequences[slot].numComputedTokens
            // The last token is never computed.
            numReachable += min(numHeld, sequences[slot].lengthLimit(maximumSequenceLength) - 1)
        }
        occupancy.numFilled += plan.numTokens
        occupancy.numReserved = numReachable - occupancy.numFilled
        return occupancy
    }
}
