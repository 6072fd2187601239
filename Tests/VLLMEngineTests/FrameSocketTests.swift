// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine

@Suite struct FrameSocketTests {
    private static let count = 60
    /// One far longer than what a socket takes at once, one that goes into a single call.
    private static let messages = [String(repeating: "a", count: 1 << 20), "b"]

    /// An end of a connection at whose other end a thread a message writes it again and again.
    private static func written() throws -> FrameSocket {
        let (writer, peer) = try #require(FrameSocket.pair())
        for message in messages {
            let isRunning = OSThread.start {
                for _ in 0..<count { _ = writer.write(message) }
            }
            #expect(isRunning)
        }
        return FrameSocket(descriptor: peer)
    }

    @Test("frames of two threads that write at once arrive whole, whatever their sizes")
    func concurrentWriters() async throws {
        let reader = try Self.written()
        let counts = try await OSThread.run {
            var counts: [String: Int] = [:]
            while let message = try reader.read(String.self) { counts[message, default: 0] += 1 }
            return counts
        }
        #expect(counts == [Self.messages[0]: Self.count, Self.messages[1]: Self.count])
    }
}
