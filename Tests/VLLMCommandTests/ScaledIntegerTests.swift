// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ScaledInteger")
struct ScaledIntegerTests {
    private static let numbers: [(String, Int)] = [
        ("0", 0), ("4096", 4096), ("-1", -1), ("+7", 7), ("1k", 1000), ("1K", 1024), ("25.6k", 25_600),
        ("2m", 2_000_000), ("2M", 2_097_152), ("3g", 3_000_000_000), ("3G", 3_221_225_472),
        ("1T", 1_099_511_627_776), ("1GiB", 1_073_741_824), ("1gib", 1_073_741_824), ("512MiB", 536_870_912),
        ("1.5GiB", 1_610_612_736), ("1GB", 1_000_000_000), ("0.5k", 500), ("1.000001m", 1_000_001),
        ("100B", 100),
        ("-1k", -1000),
    ]

    @Test("a number with a suffix is what vLLM makes of it", arguments: numbers)
    func accepts(text: String, value: Int) {
        #expect(ScaledInteger.parse(text) == value)
    }

    @Test(
        "anything else is no number",
        arguments: [
            "", "k", "1.5", "1.5.5k", "1kk", "1x", "k1", "1 k", " 1", "0x10", "1e3", ".5k", "5.k", "--1", "-",
            "1.0001k",
            "1.-5k", "9223372036854775808", "9223372036854775807k", "1KiBi", "NaN", "½", "٣k", "1.0000001G",
        ])
    func refuses(text: String) {
        #expect(ScaledInteger.parse(text) == nil)
    }
}
