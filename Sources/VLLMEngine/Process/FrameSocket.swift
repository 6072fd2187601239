// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One end of a stream socket over which whole messages go, each behind its length in four bytes.
///
/// One thread may read while another writes.
final class FrameSocket: Sendable {
    /// No message is longer; the log-probabilities of a long prompt over a whole vocabulary are the longest.
    private static let limit = 1 << 30
    private static let headerSize = 4

    private let descriptor: Int32

    /// Takes over a descriptor.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Two ends of a new connection, which no other process inherits; nil where the system gives none.
    static func pair() -> (FrameSocket, peer: Int32)? {
        var ends: (Int32, Int32) = (-1, -1)
        let code = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0,
                bytes.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        return code == 0 ? (FrameSocket(descriptor: ends.0), ends.1) : nil
    }

    /// Writes a message; false where the other end is gone.
    func write(_ message: some WireValue) -> Bool {
        var frame = WireCoder.bytes(of: message, behind: Self.headerSize)
        let length = frame.count - Self.headerSize
        guard length <= Self.limit else { return false }
        for index in 0..<Self.headerSize { frame[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
        var sent = 0
        while sent < frame.count {
            let count = unsafe frame.withUnsafeBytes { bytes in
                unsafe send(
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
    func read<Message: WireValue>(_: Message.Type = Message.self) throws(WireError) -> Message? {
        guard let header = receive(Self.headerSize) else { return nil }
        let length = header.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else { throw WireError(description: "a message of \(length) bytes") }
        guard let bytes = receive(length) else { return nil }
        return try WireCoder.value(Message.self, in: bytes)
    }

    private func receive(_ length: Int) -> [UInt8]? {
        var received = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            while received < length {
                let count = unsafe recv(
                    descriptor, buffer.baseAddress?.advanced(by: received), length - received, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                received += count
            }
            initialized = received
        }
        return received == length ? bytes : nil
    }
}
