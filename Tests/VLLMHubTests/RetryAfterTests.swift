// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

@Suite struct RetryAfterTests {
    // The first from RFC 9110, 5.6.7; the others from `date -u +%s`.
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Wed, 01 Mar 2400 00:00:00 GMT", 13_574_649_600),
    ])
    func `a date is a number of seconds`(text: String, seconds: Int) {
        #expect(RetryAfter.seconds(ofDate: text) == seconds)
    }

    @Test(arguments: [
        "", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8-49 GMT",
    ])
    func `what is no date is none`(text: String) {
        #expect(RetryAfter.seconds(ofDate: text) == nil)
    }
}
