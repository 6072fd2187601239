// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMTypes

/// What the front end needs of an engine, wherever it runs.
package protocol EngineClient: Sendable {
    /// Says something to the engine; never blocks.
    func send(_ command: EngineCommand)
    /// Ends the engine and waits until it is gone.
    func shutdown() async
}

/// An engine on a thread of its own in this process.
package final class EngineThread: EngineClient {
    private let mailbox = Mailbox()
    private let ended = OneShot<Void>()

    /// What the thread starts with.
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private init() {}

    /// Starts the thread, builds the engine on it, and returns when it is ready with what the builder tells.
    package static func start<Info: Sendable>(
        build: @escaping @Sendable () throws -> (EngineParts, Info),
        publish: @escaping @Sendable (StepOutput) -> Void
    ) async throws -> (EngineThread, Info) {
        let engine = EngineThread()
        let ready = OneShot<Result<Info, any Error>>()
        let start = Start { [mailbox = engine.mailbox, ended = engine.ended] in
            do {
                let (parts, info) = try build()
                ready.resolve(.success(info))
                var core = EngineCore(parts, mailbox: mailbox, publish: publish)
                core.run()
            } catch {
                ready.resolve(.failure(error))
            }
            ended.resolve(())
        }
        guard launch(start) else {
            throw RequestError(nil, "The system started no thread.", kind: .engineFailure)
        }
        return (engine, try await ready.value.get())
    }

    private static func launch(_ start: Start) -> Bool {
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(start)
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            unsafe argument.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    package func send(_ command: EngineCommand) { mailbox.send(command) }

    package func shutdown() async {
        mailbox.send(.stop)
        await ended.value
    }
}
