// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// What the front end needs of an engine, wherever it runs.
package protocol EngineClient: Sendable {
    /// Says something to the engine; never blocks.
    func send(_ command: EngineCommand)
    /// The process that the engine has for itself, or nil where it runs in this one.
    var processID: Int32? { get }
    /// Ends the engine and waits until it is gone.
    func shutdown() async
}

/// An engine on a thread of its own in this process.
package final class EngineThread: EngineClient {
    private let mailbox = Mailbox<EngineCommand>()
    private let ended = OneShot<Void>()

    private init() {}

    /// Starts the thread, builds the engine on it, and returns when it is ready with what the builder tells.
    package static func start<Info: Sendable>(
        build: @escaping @Sendable () throws -> (EngineParts, Info),
        publish: @escaping @Sendable (StepOutput) -> Void
    ) async throws -> (EngineThread, Info) {
        let engine = EngineThread()
        let ready = OneShot<Result<Info, any Error>>()
        let isRunning = OSThread.start { [mailbox = engine.mailbox, ended = engine.ended] in
            do {
                let (parts, info) = try build()
                ready.resolve(.success(info))
                var core = EngineCore(parts, mailbox: mailbox, publish: publish)
                core.run()
                parts.finish?()
            } catch {
                ready.resolve(.failure(error))
            }
            ended.resolve(())
        }
        guard isRunning else {
            throw RequestError(nil, "The system started no thread.", kind: .engineFailure)
        }
        return (engine, try await ready.value.get())
    }

    package var processID: Int32? { nil }

    package func send(_ command: EngineCommand) { mailbox.send(command) }

    package func shutdown() async {
        mailbox.send(.stop)
        await ended.value
    }
}
