// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMExecution
package import VLLMTensors

extension EngineOptions {
    /// What no step and no pool could be made of; bounds that keep products of these numbers within 64 bits.
    private static let counts = 1...1 << 20

    /// Checks what can be checked without a model; the messages name vLLM's flags.
    package func validate() throws(DeviceError) {
        try validatePlugIns(PlugIns.registered)
        if let quantization, !Self.quantizations.contains(quantization) {
            throw DeviceError(
                "--quantization should be one of \(Self.quantizations.joined(separator: ", ")), is '\(quantization)'; checkpoints that are quantized say so themselves, and other methods are not supported."
            )
        }
        if let packedCache, packedCache.isEmpty || packedCache.utf8.contains(0) {
            throw DeviceError("--packed-cache should be auto, off or a folder.")
        }
        guard Self.counts.contains(maxNumSeqs) else {
            throw DeviceError("--max-num-seqs should be in 1…1048576, is \(maxNumSeqs).")
        }
        if let tokens = maxNumBatchedTokens, !Self.counts.contains(tokens) {
            throw DeviceError("--max-num-batched-tokens should be in 1…1048576, is \(tokens).")
        }
        guard memoryUtilization > 0, memoryUtilization <= 1 else {
            throw DeviceError("--gpu-memory-utilization should be in (0, 1], is \(memoryUtilization).")
        }
        guard blockSize > 0, blockSize % 16 == 0, blockSize <= 4096 else {
            throw DeviceError("--block-size should be a multiple of 16 up to 4096, is \(blockSize).")
        }
    }

    private func validatePlugIns(_ known: PlugIns.Table) throws(DeviceError) {
        let processors = known.sampling.processors
        if let name = logitsProcessors.first(where: { processors[$0] == nil }) {
            let names = SamplingPlugIns.list(processors.keys)
            throw DeviceError("--logits-processors names '\(name)'; registered are: \(names).")
        }
        do throws(CheckpointError) {
            _ = try known.format(loadFormat)
            _ = try known.policy(kvEvictionPolicy)
        } catch {
            throw DeviceError("\(error.file) \(error.message)")
        }
    }
}
