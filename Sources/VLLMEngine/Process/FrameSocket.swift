// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// One end of a stream socket over which whole messages go, each behind its length in four bytes.
///
/// Any threads may read and write: a message is sent whole before the next one, and received whole by one reader.
package final class FrameSocket: Sendable {
    /// No message is longer; the log-probabilities of a long prompt over a whole vocabulary are the longest.
    private static let limit = 1 << 30
    private static let headerSize = 4
    /// Bytes that are asked for at once: a step of some hundred sequences.
    private static let chunk = 16 << 10

    private let descriptor: Int32
    /// Held while a frame is sent, which may take several calls.
    private let sending = Mutex(())
    /// What was received behind the last message.
    private let received = Mutex<[UInt8]>([])

    /// Takes over a descriptor.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Two ends of a new connection, which no other process inherits; nil where the system gives none.
    package static func pair() -> (FrameSocket, peer: Int32)? {
        var ends: (Int32, Int32) = (-1, -1)
        let code = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0,
                bytes.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        return code == 0 ? (FrameSocket(descriptor: ends.0), ends.1) : nil
    }

    /// Writes a message; false where the other end is gone.
    package func write(_ message: some WireValue) -> Bool {
        var frame = WireCoder.bytes(of: message, behind: Self.headerSize)
        let length = frame.count - Self.headerSize
        guard length <= Self.limit else { return false }
        for index in 0..<Self.headerSize { frame[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
        return sending.withLock { _ in send(frame) }
    }

    private func send(_ frame: [UInt8]) -> Bool {
        var sent = 0
        while sent < frame.count {
            let count = unsafe frame.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Waits for a message; nil where the other end is gone.
    package func read<Message: WireValue>(_: Message.Type = Message.self) throws(WireError) -> Message? {
        let frame = try received.withLock { received throws(WireError) in try receiveFrame(&received) }
        guard let bytes = frame else { return nil }
        return try WireCoder.value(Message.self, in: bytes)
    }

    /// Takes a frame from what was received, or receives it: a short one in a single call.
    private func receiveFrame(_ received: inout [UInt8]) throws(WireError) -> [UInt8]? {
        while received.count < Self.headerSize {
            guard let more = receive(atMost: Self.chunk) else { return nil }
            received += more
        }
        let length = received[..<Self.headerSize].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else { throw WireError(description: "a message of \(length) bytes") }
        let end = Self.headerSize + length
        while received.count < end {
            guard let more = receive(atMost: max(Self.chunk, end - received.count)) else { return nil }
            received += more
        }
        defer { received.removeFirst(end) }
        return Array(received[Self.headerSize..<end])
    }

    /// What has come, at least a byte; nil where the other end is gone.
    private func receive(atMost limit: Int) -> [UInt8]? {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            var count = unsafe recv(descriptor, buffer.baseAddress, limit, 0)
            while count < 0, errno == EINTR { count = unsafe recv(descriptor, buffer.baseAddress, limit, 0) }
            initialized = max(0, count)
        }
        return bytes.isEmpty ? nil : bytes
    }
}
