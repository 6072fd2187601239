// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Takes a response's body in, as a connection would.
final class BodyCollector: ResponseBodyWriter, Sendable {
    private let state = Mutex((bytes: ByteBuffer(), isFinished: false))

    /// What was written.
    var text: String { state.withLock { String(buffer: $0.bytes) } }

    /// Whether the body's end was told.
    var isFinished: Bool { state.withLock { $0.isFinished } }

    @concurrent func write(_ buffer: ByteBuffer) async throws {
        state.withLock { _ = $0.bytes.writeImmutableBuffer(buffer) }
    }

    @concurrent func finish(_ trailingHeaders: HTTPFields?) async throws {
        state.withLock { $0.isFinished = true }
    }
}
