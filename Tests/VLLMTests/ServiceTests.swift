// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import ServiceLifecycle
import Testing
import VLLM
import VLLMMockEngine

@Suite struct ServiceTests {
    /// Asks an engine for something and then ends its group.
    private struct Caller: Service {
        let engine: AsyncLLM
        let answered: @Sendable (String) -> Void

        func run() async throws {
            let params = SamplingParams(temperature: 0, maxTokens: 32, outputKind: .finalOnly)
            for try await output in try engine.generate(.text("Hi"), params, requestID: "a") {
                answered(output.outputs[0].text)
            }
        }
    }

    @Test("an engine is a service: it serves the others of its group, and ends with them")
    func group() async throws {
        var mock = MockEngine.Configuration()
        mock.script = .text("Hello, world")
        let engine = try await MockEngine.start(mock)
        try await confirmation { confirm in
            let caller = Caller(engine: engine) { text in
                if text == "Hello, world" { confirm() }
            }
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let group = ServiceGroup(
                configuration: .init(
                    services: [
                        .init(service: engine),
                        .init(service: caller, successTerminationBehavior: .gracefullyShutdownGroup),
                    ], logger: logger))
            try await group.run()
        }
        #expect(engine.numUnfinished == 0)
    }
}
