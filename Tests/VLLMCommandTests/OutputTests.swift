// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import Testing
import VLLMCommand

@Suite("Quantity")
struct QuantityTests {
    @Test("bytes have a unit that leaves three digits")
    func bytes() {
        #expect(Quantity.bytes(0) == "0 B")
        #expect(Quantity.bytes(999) == "999 B")
        #expect(Quantity.bytes(1023) == "1.00 KiB")
        #expect(Quantity.bytes(1 << 30) == "1.00 GiB")
        #expect(Quantity.bytes(988 << 20) == "988 MiB")
        #expect(Quantity.bytes(15 << 29) == "7.50 GiB")
        #expect(Quantity.bytes(.max) == "8388608 TiB")
    }

    @Test("digits behind the point are exact")
    func fixed() {
        #expect(Quantity.fixed(1.005, digits: 1) == "1.0")
        #expect(Quantity.fixed(-0.04, digits: 1) == "0.0")
        #expect(Quantity.fixed(-12.36, digits: 1) == "-12.4")
        #expect(Quantity.fixed(99.99, digits: 0) == "100")
        #expect(Quantity.fixed(.infinity, digits: 1) == "inf")
    }

    @Test("thousands are grouped")
    func grouped() {
        #expect(Quantity.grouped(0) == "0")
        #expect(Quantity.grouped(1000) == "1,000")
        #expect(Quantity.grouped(-123_456) == "-123,456")
    }

    @Test("durations have a unit that suits them")
    func durations() {
        #expect(Quantity.duration(.microseconds(1500)) == "1.5 ms")
        #expect(Quantity.duration(.milliseconds(42)) == "42 ms")
        #expect(Quantity.duration(.milliseconds(1500)) == "1.50 s")
        #expect(Quantity.duration(.seconds(125)) == "2 min 5 s")
    }
}

@Suite("ProgressBar")
struct ProgressBarTests {
    @Test("a line is drawn when the share has changed, and never runs over")
    func lines() {
        let start = ContinuousClock.now
        var bar = ProgressBar("Loading", unit: .bytes, start: start)
        let now = start + .seconds(2)
        #expect(
            bar.update(done: 1 << 20, total: 2 << 20, now: now)
                == "Loading  50% [============            ] 1.00 MiB of 2.00 MiB 512 KiB/s")
        #expect(bar.update(done: 1 << 20, total: 2 << 20, now: now) == nil)
        #expect(bar.update(done: 5 << 20, total: 2 << 20, now: now)?.contains("100%") == true)
        #expect(bar.update(done: -1, total: 2 << 20, now: now)?.contains("  0%") == true)
    }

    @Test("work of no size is done")
    func empty() {
        var bar = ProgressBar("Generating", unit: .items("prompts"), start: .now)
        #expect(bar.update(done: 0, total: 0, now: .now)?.contains("100%") == true)
    }
}

@Suite("StandardErrorLogHandler")
struct StandardErrorLogHandlerTests {
    @Test("an event is a line with its level and time, further lines are indented")
    func line() {
        let text = StandardErrorLogHandler.line(
            level: .warning, time: "11-21 06:56:37", message: "a\nb", metadata: ["z": "1", "k": "v"])
        #expect(text == "WARNING 11-21 06:56:37 a\n    b k=v z=1\n")
    }
}
