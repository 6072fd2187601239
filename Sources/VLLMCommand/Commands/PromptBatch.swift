// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMTypes

/// Many prompts through an engine at once, with their progress.
struct PromptBatch {
    let prompts: [Prompt]
    let params: SamplingParams
    let engine: AsyncLLM

    /// What a batch came to.
    private struct Totals {
        var requests = 0
        var promptTokens = 0
        var outputTokens = 0

        mutating func add(_ output: RequestOutput?) {
            requests += 1
            promptTokens += output?.promptTokenIDs.count ?? 0
            outputTokens += output?.outputs.reduce(0) { $0 + $1.tokenIDs.count } ?? 0
        }
    }

    /// Runs all prompts and gives a sentence on what they came to.
    ///
    /// - Parameter finished: told each output as it is complete, in any order.
    func run(_ finished: @escaping @Sendable (RequestOutput, Int) -> Void) async throws -> String {
        let streams = try submit()
        let progress = ProgressDisplay("Generating", unit: .items("prompts"))
        let count = streams.count
        let start = ContinuousClock.now
        defer { progress.clear() }
        let totals = try await withThrowingTaskGroup(of: RequestOutput?.self) { group in
            for (index, stream) in streams.enumerated() {
                group.addTask {
                    var last: RequestOutput?
                    for try await output in stream { last = output }
                    progress.clear()
                    if let last { finished(last, index) }
                    return last
                }
            }
            var totals = Totals()
            for try await output in group {
                totals.add(output)
                progress.update(done: totals.requests, total: count)
            }
            return totals
        }
        return Self.summary(totals, took: .now - start)
    }

    private func submit() throws(RequestError) -> [RequestStream] {
        var streams: [RequestStream] = []
        streams.reserveCapacity(prompts.count)
        for (index, prompt) in prompts.enumerated() {
            do throws(RequestError) {
                streams.append(try engine.generate(prompt, params, requestID: "\(index)"))
            } catch {
                guard prompts.count > 1 else { throw error }
                throw RequestError(error.parameter, "Prompt \(index): \(error.message)", kind: error.kind)
            }
        }
        return streams
    }

    private static func summary(_ totals: Totals, took duration: Duration) -> String {
        let seconds = max(duration.seconds, 1e-9)
        let rate = Quantity.fixed(Double(totals.outputTokens) / seconds, digits: 1)
        return
            "\(Quantity.count(totals.requests, "prompt")) of \(Quantity.count(totals.promptTokens, "token")) gave "
            + "\(Quantity.count(totals.outputTokens, "token")) in \(Quantity.duration(duration)) (\(rate) tokens/s)"
    }
}
