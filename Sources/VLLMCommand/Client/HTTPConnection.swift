// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One connection to an HTTP/1.1 server over TCP, for one request; calls block.
package struct HTTPConnection: ~Copyable {
    private let descriptor: Int32
    private let url: ServerURL
    private var parser = ResponseParser()

    /// Connects to the first of the host's addresses that answers.
    package init(to url: ServerURL) throws(ClientError) {
        (_, descriptor) = try ServerAddress.connect(to: url)
        self.url = url
    }

    deinit { close(descriptor) }

    /// Sends a request with the header fields that every request here has, and with further ones.
    package func send(
        _ method: String, _ path: String, apiKey: String? = nil,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) throws(ClientError) {
        var head =
            "\(method) \(url.prefix)\(path) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n"
        head += "Accept: application/json, text/event-stream\r\nUser-Agent: swift-vllm\r\n"
        if let apiKey { head += "Authorization: Bearer \(apiKey)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        try write(Array((head + "\r\n").utf8) + body)
    }

    /// The status code; 0 until `receive` has seen the head.
    package var status: Int { parser.status }

    /// Waits for a part of the body; nil at its end. The first part may be empty.
    package mutating func receive() throws(ClientError) -> [UInt8]? {
        guard !parser.isComplete else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw ClientError(
                    "the connection to \(url.authority) broke: \(ServerAddress.text(errno)).")
            }
            if count == 0 {
                try parser.close()
                return nil
            }
            return try parser.consume(buffer[..<count])
        }
    }

    /// Waits for the rest of the body.
    package mutating func receiveAll(limit: Int = 64 << 20) throws(ClientError) -> [UInt8] {
        var body: [UInt8] = []
        while let part = try receive() {
            body += part
            guard body.count <= limit else {
                throw ClientError("the answer of \(url.authority) is too long.")
            }
        }
        return body
    }

    private func write(_ bytes: [UInt8]) throws(ClientError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            // A server that refuses a long body answers before it has read all of it.
            guard count > 0 else { return }
            sent += count
        }
    }
}
