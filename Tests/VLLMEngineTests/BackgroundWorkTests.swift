// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing
import VLLMEngine

@Suite struct BackgroundWorkTests {
    @Test("work for which nobody waits any longer is told so, and its end is waited for")
    func impatience() {
        let gaveUp = Mutex(false)
        let work = BackgroundWork()
        work.start { isCancelled in
            while !isCancelled() { sched_yield() }
            gaveUp.withLock { $0 = true }
        }
        work.finish(within: .zero)
        #expect(gaveUp.withLock { $0 })
    }

    @Test("work that ends in time is waited for and not disturbed")
    func patience() {
        let wasCancelled = Mutex<Bool?>(nil)
        let work = BackgroundWork()
        work.start { isCancelled in wasCancelled.withLock { $0 = isCancelled() } }
        work.finish(within: .seconds(3600))
        #expect(wasCancelled.withLock { $0 } == false)
    }

    @Test("where no work was given nothing is waited for")
    func nothing() { BackgroundWork().finish(within: .seconds(3600)) }
}
