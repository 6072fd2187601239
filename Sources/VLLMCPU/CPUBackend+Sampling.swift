// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

extension CPUBackend {
    package func sample(_ logits: Tensor, rows: [SamplingRow]) -> [SampledRow] {
        precondition(logits.dtype == .float32 && rows.count <= logits.rows)
        return unsafe forEachRow(of: logits, count: rows.count, empty: SampledRow(token: -1)) {
            row, values, scratch in
            unsafe sample(values, rows[row], &scratch)
        }
    }

    package func logprobs(_ logits: Tensor, tokens: [Int32], numTop: Int) -> [RowLogprobs] {
        precondition(logits.dtype == .float32 && tokens.count <= logits.rows)
        let empty = RowLogprobs(token: -1, logprob: 0, rank: 0, topTokens: [], topLogprobs: [])
        return unsafe forEachRow(of: logits, count: tokens.count, empty: empty) { row, values, _ in
            unsafe logprobs(of: tokens[row], in: values, numTop: numTop)
        }
    }

    /// Computes one result a row, on all threads.
    private func forEachRow<Result>(
        of logits: Tensor, count: Int, empty: Result,
        _ body: (Int, UnsafeMutableBufferPointer<Float>, inout Scratch) -> Result
    ) -> [Result] {
        var results = [Result](repeating: empty, count: count)
        unsafe results.withUnsafeMutableBufferPointer { results in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
                pool.run(chunks: count) { row, thread in
                    let address = logits.address + UInt(row * logits.stride * 4)
                    let values = unsafe UnsafeMutableBufferPointer<Float>(
                        start: UnsafeMutablePointer(bitPattern: address), count: logits.columns)
                    unsafe results[row] = body(row, values, &scratch[thread])
                }
            }
        }
        return results
    }

    private func sample(
        _ logits: UnsafeMutableBufferPointer<Float>, _ row: SamplingRow, _ scratch: inout Scratch
    ) -> SampledRow {
        // The raw values are needed behind the edits, for the log-probability of the chosen token.
        var raw: [Float]?
        if row.numLogprobs != nil, !row.edits.isEmpty { raw = unsafe Array(logits) }
        let token: Int32
        do throws(HookFailure) {
            for edit in row.edits { try unsafe Self.apply(edit, row.hook, to: logits) }
            token = try unsafe Self.choose(row.hook, logits) ?? draw(logits, row, &scratch)
        } catch {
            return SampledRow(token: -1, failure: error.reason)
        }
        guard token >= 0, let numTop = row.numLogprobs else { return SampledRow(token: token) }
        guard var raw else {
            return unsafe SampledRow(token: token, logprobs: logprobs(of: token, in: logits, numTop: numTop))
        }
        return unsafe raw.withUnsafeMutableBufferPointer {
            unsafe SampledRow(token: token, logprobs: logprobs(of: token, in: $0, numTop: numTop))
        }
    }

    /// The token of edited logits; the first where none is a number.
    private func draw(
        _ logits: UnsafeMutableBufferPointer<Float>, _ row: SamplingRow, _ scratch: inout Scratch
    ) -> Int32 {
        let count = logits.count
        guard row.temperature >= 1e-5 else {
            return unsafe kernels.argmax(logits.baseAddress, Int32(count))
        }
        var arguments = vllm_sampling_args(
            temperature: row.temperature, top_k: Int32(clamping: row.topK), top_p: row.topP, min_p: row.minP,
            uniform: row.uniform)
        let memory = unsafe scratch.pointer(size: count * 8)
        let floats = unsafe memory.bindMemory(to: Float.self, capacity: count)
        let indices = unsafe (memory + count * 4).bindMemory(to: Int32.self, capacity: count)
        return unsafe kernels.sample(logits.baseAddress, Int32(count), &arguments, floats, indices)
    }

    /// Why a row's hook gave no token.
    private struct HookFailure: Error {
        let reason: String
    }

    /// The token that a row's hook chooses, if it does.
    private static func choose(
        _ hook: (any LogitsHook)?, _ logits: UnsafeMutableBufferPointer<Float>
    ) throws(HookFailure) -> Int32? {
        guard let hook else { return nil }
        let token: Int32?
        do {
            token = try unsafe hook.choose(UnsafeBufferPointer(logits).span)
        } catch {
            throw HookFailure(reason: "\(error)")
        }
        if let token, token < 0 || Int(token) >= logits.count {
            throw HookFailure(
                reason:
                    "The sampler chose the token \(token), which is none of the \(logits.count) there are.")
        }
        return token
    }

    private static func run(
        _ hook: any LogitsHook, on logits: UnsafeMutableBufferPointer<Float>
    ) throws(HookFailure) {
        do {
            var span = unsafe logits.mutableSpan
            try hook.edit(&span)
        } catch {
            throw HookFailure(reason: "\(error)")
        }
        for index in logits.indices where unsafe logits[index].isNaN {
            throw HookFailure(
                reason: "A logits processor made the logit of token \(index) something that is not a number.")
        }
    }

    private func logprobs(
        of token: Int32, in logits: UnsafeMutableBufferPointer<Float>, numTop: Int
    ) -> RowLogprobs {
        let count = Int32(logits.count)
        let k = numTop < 0 ? count : Swift.min(Int32(clamping: numTop), count)
        let normalizer = unsafe kernels.log_sum_exp(logits.baseAddress, count)
        let value = unsafe logits[Int(token)]
        let rank = unsafe Int(kernels.count_greater(logits.baseAddress, count, value)) + 1
        var tokens = [Int32](repeating: 0, count: Int(k))
        var values = [Float](repeating: 0, count: Int(k))
        if k > 0 { unsafe kernels.top_k(logits.baseAddress, count, k, &tokens, &values) }
        return RowLogprobs(
            token: token, logprob: value - normalizer, rank: rank, topTokens: tokens,
            topLogprobs: values.map { $0 - normalizer })
    }

    private static func apply(
        _ edit: LogitEdit, _ hook: (any LogitsHook)?, to logits: UnsafeMutableBufferPointer<Float>
    ) throws(HookFailure) {
        func inRange(_ token: Int32) -> Bool { token >= 0 && Int(token) < logits.count }
        switch edit {
        case .hook: if let hook { try unsafe run(hook, on: logits) }
        case .allow(let tokens):
            let kept = tokens.filter(inRange).map { unsafe (Int($0), logits[Int($0)]) }
            unsafe logits.update(repeating: -.infinity)
            for (token, value) in kept { unsafe logits[token] = value }
        case .ban(let tokens):
            for token in tokens where inRange(token) { unsafe logits[Int(token)] = -.infinity }
        case .bias(let biases):
            for (token, value) in biases where inRange(token) { unsafe logits[Int(token)] += value }
        case .repetitionPenalty(let tokens, let penalty):
            for token in tokens where inRange(token) {
                let value = unsafe logits[Int(token)]
                unsafe logits[Int(token)] = value > 0 ? value / penalty : value * penalty
            }
        }
    }
}
