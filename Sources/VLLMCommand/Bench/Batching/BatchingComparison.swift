// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMExecution
package import VLLMScheduling

/// The same requests through the same executor and pool in several ways.
package struct BatchingComparison: Sendable {
    /// The runs of each variant, in the order in which they were asked for.
    package private(set) var runs: [(variant: BatchingVariant, figures: [BatchingFigures])]

    /// Runs every variant so many times, in turns, so that a machine that slows down slows all of them down.
    ///
    /// - Parameters:
    ///   - config: limits and pool, alike for all.
    ///   - progress: told how many requests have ended, of all in all runs.
    /// - Throws: where two runs give a request different tokens: the way in which it is batched must not show.
    package init(
        of variants: [BatchingVariant], rounds: Int, requests: [TimedRequest], config: SchedulerConfig,
        executor: inout any Executor, progress: (Int) -> Void = { _ in }
    ) throws {
        runs = variants.map { ($0, []) }
        var numEnded = 0
        for _ in 0..<rounds {
            for index in runs.indices {
                var config = config
                runs[index].variant.apply(to: &config)
                let figures = try BatchingRun.run(requests, Scheduler(config: config), &executor) {
                    progress(numEnded + $0)
                }
                numEnded += requests.count
                runs[index].figures.append(figures)
                try checkOutputs(of: runs[index])
            }
        }
    }

    /// Of each variant the run of the median duration.
    package var medians: [(variant: BatchingVariant, figures: BatchingFigures)] {
        runs.map { variant, figures in
            (variant, figures.sorted { $0.duration < $1.duration }[figures.count / 2])
        }
    }

    private func checkOutputs(of run: (variant: BatchingVariant, figures: [BatchingFigures])) throws {
        guard let (first, expected) = runs.first, let expected = expected.first,
            let outputs = run.figures.last?.outputs
        else { return }
        for index in outputs.indices where outputs[index] != expected.outputs[index] {
            throw ClientError(
                "request \(index) got other tokens from '\(run.variant.rawValue)' than from '\(first.rawValue)'."
            )
        }
    }
}
