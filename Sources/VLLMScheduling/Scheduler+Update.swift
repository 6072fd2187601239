// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

extension Scheduler {
    /// Takes the result of a step, ends what is complete, and returns what the front end is to know.
    ///
    /// Results of sequences that were aborted meanwhile are dropped. A sequence that computed a part of its
    /// prompt has nothing to tell.
    package mutating func update(
        _ output: ModelRunnerOutput, for plan: SchedulerOutput
    ) -> [EngineCoreOutput] {
        precondition(
            output.results.count == plan.chunks.count,
            "\(output.results.count) results for \(plan.chunks.count) chunks")
        var outputs: [EngineCoreOutput] = []
        outputs.reserveCapacity(plan.chunks.count)
        for (chunk, result) in zip(plan.chunks, output.results) {
            precondition(result.id == chunk.id, "a result of \(result.id) for the chunk of \(chunk.id)")
            precondition(result.sampledTokenIDs.count <= 1, "\(result.sampledTokenIDs) sampled in a step")
            guard let slot = sequences.slot(of: chunk.id), sequences[slot].status == .running else {
                continue
            }
            let output = sequences[slot].update(
                result, for: chunk, in: &kvCache, maximumLength: maximumSequenceLength)
            guard let output else { continue }
            if output.finishReason != nil { end(slot) }
            outputs.append(output)
        }
        return outputs
    }
}
