// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// The registered logits processors and samplers by name.
package struct SamplingPlugIns: Sendable {
    /// Makes a processor for a request; nil where the request does not concern it, an error where its arguments are
    /// wrong.
    package typealias MakeProcessor =
        @Sendable (PlugInCall, SamplingParams) throws -> (any LogitsProcessor)?
    /// Makes a sampler for a request.
    package typealias MakeSampler = @Sendable (PlugInCall, SamplingParams) throws -> (any TokenSampler)?

    package var processors: [String: MakeProcessor] = [:]
    package var samplers: [String: MakeSampler] = [:]

    package init() {}

    /// Makes what a request asks for; nil where that is nothing.
    func instances(for params: SamplingParams) throws(RequestError) -> SequencePlugIns? {
        guard !params.logitsProcessors.isEmpty || params.sampler != nil else { return nil }
        var made: [any LogitsProcessor] = []
        for call in params.logitsProcessors {
            if let processor = try Self.make(call, params, processors, "logits_processors") {
                made.append(processor)
            }
        }
        let sampler = try params.sampler.flatMap { call throws(RequestError) in
            try Self.make(call, params, samplers, "sampler")
        }
        return made.isEmpty && sampler == nil ? nil : SequencePlugIns(processors: made, sampler: sampler)
    }

    /// Throws where a request asks for what there is not, or tells it what it does not take.
    package func check(_ params: SamplingParams) throws(RequestError) { _ = try instances(for: params) }

    /// Names for a message.
    package static func list(_ names: some Collection<String>) -> String {
        names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    }

    private static func make<PlugIn>(
        _ call: PlugInCall, _ params: SamplingParams,
        _ known: [String: @Sendable (PlugInCall, SamplingParams) throws -> PlugIn?], _ parameter: String
    ) throws(RequestError) -> PlugIn? {
        guard let make = known[call.name] else {
            throw RequestError(
                parameter, "There is no '\(call.name)'; registered are: \(Self.list(known.keys)).")
        }
        do {
            return try make(call, params)
        } catch let error as RequestError {
            throw error
        } catch {
            throw RequestError(parameter, "'\(call.name)' cannot be used so: \(error)")
        }
    }
}
