// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import VLLMServer

@Suite struct BackgroundExecutorTests {
    /// The calling thread and its niceness.
    private static func thread() -> (id: pthread_t, niceness: Int32) {
        (pthread_self(), getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
    }

    @Test func workRunsOnOneThreadOfLowPriority() async throws {
        let executor = try #require(BackgroundExecutor())
        let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), __id_t(getpid()))
        let threads = await withTaskGroup(of: (pthread_t, Int32).self) { group in
            for _ in 0..<50 {
                group.addTask { await withTaskExecutorPreference(executor) { Self.thread() } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(threads.map(\.0)).count == 1)
        // 19 is the lowest there is.
        #expect(threads.allSatisfy { $0.1 >= min(own + 1, 19) })
    }

    @Test func errorsComeBackToTheCaller() async throws {
        struct Failure: Error {}
        let executor = try #require(BackgroundExecutor())
        await #expect(throws: Failure.self) {
            try await withTaskExecutorPreference(executor) { throw Failure() }
        }
    }
}
