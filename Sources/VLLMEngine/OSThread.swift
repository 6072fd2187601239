// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMTypes

/// Threads of the operating system, for loops that block.
package enum OSThread {
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a thread that runs `body` and ends with it; false where the system gives none.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(Start(body))
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

    /// Runs `body` on a thread of its own and returns what it returns.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let result = OneShot<Result<Value, any Error>>()
        guard start({ result.resolve(Result(catching: body)) }) else {
            throw RequestError(nil, "The system started no thread.", kind: .engineFailure)
        }
        return try await result.value.get()
    }

    /// Lets other threads go before the calling one; Linux counts niceness by thread.
    package static func lowerPriority() {
        let which = __priority_which_t(PRIO_PROCESS.rawValue)
        setpriority(which, 0, getpriority(which, 0) + 10)
    }
}
