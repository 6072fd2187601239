// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connection for one request that never blocks.
final class LoadConnection {
    /// The request's place in the workload.
    let index: Int
    let descriptor: Int32
    /// When the request was sent, in seconds from the start of the run.
    let start: Double
    private let request: [UInt8]
    private var sent = 0
    private(set) var answer: ServeAnswer

    /// Starts to connect; where not even that works, the answer says so.
    init(index: Int, request: [UInt8], address: ServerAddress, answer: ServeAnswer, start: Double) {
        self.index = index
        self.request = request
        self.answer = answer
        self.start = start
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        descriptor = socket(address.family, Int32(kind), 0)
        guard descriptor >= 0 else {
            fail("no socket", errno)
            return
        }
        var yes: Int32 = 1
        unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        if address.connect(descriptor) != 0, errno != EINPROGRESS, errno != EINTR {
            fail("no connection", errno)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What is waited for.
    var events: Int16 { Int16(sent < request.count ? POLLIN | POLLOUT : POLLIN) }

    /// Does what can be done now: sends, then reads into a buffer.
    func advance(_ buffer: inout [UInt8], at now: () -> Double) {
        if sent < request.count { send() }
        while !answer.isComplete {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN || errno == ENOTCONN { return }
            guard count >= 0 else { return fail("the connection broke", errno) }
            guard count > 0 else { return answer.close() }
            answer.consume(buffer[..<count], at: now())
            guard count == buffer.count else { return }
        }
    }

    /// Gives up.
    func fail(_ reason: String) { answer.fail(reason) }

    private func fail(_ reason: String, _ code: Int32) {
        answer.fail("\(reason): \(ServerAddress.text(code))")
    }

    private func send() {
        while sent < request.count {
            let count = unsafe request.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN || errno == ENOTCONN || errno == EINPROGRESS { return }
            // A server that refuses a long body answers before it has read all of it.
            guard count > 0 else {
                if errno != EPIPE, errno != ECONNRESET { fail("no connection", errno) }
                sent = request.count
                return
            }
            sent += count
        }
    }
}
