// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads an HTTP/1.1 response from bytes in pieces of any size (RFC 9112): a head, then a body with a length, in
/// chunks, or up to the end of the connection.
package struct ResponseParser: Sendable {
    private enum State: Sendable, Hashable {
        case head, body(left: Int), chunkSize, chunk(left: Int), chunkEnd, trailers, untilClose, done
    }

    private var state = State.head
    private var line: [UInt8] = []
    /// The status code; 0 until the head is whole.
    package private(set) var status = 0
    /// Header fields by lower-case name; the last of a name holds.
    package private(set) var headers: [String: String] = [:]
    /// True once the whole response has come.
    package var isComplete: Bool { state == .done }

    private static let lineLimit = 64 << 10

    /// Starts to read.
    package init() {}

    /// Takes bytes in and gives the part of the body that they hold.
    package mutating func consume(_ bytes: some Collection<UInt8>) throws(ClientError) -> [UInt8] {
        var body: [UInt8] = []
        for byte in bytes {
            switch state {
            case .done: return body
            case .untilClose: body.append(byte)
            case .body(let left):
                take(byte, left, into: &body) {
                    .body(left: $0)
                } end: {
                    .done
                }
            case .chunk(let left):
                take(byte, left, into: &body) {
                    .chunk(left: $0)
                } end: {
                    .chunkEnd
                }
            case .head, .chunkSize, .chunkEnd, .trailers: try takeLine(byte)
            }
        }
        return body
    }

    /// Says that the connection ended.
    package mutating func close() throws(ClientError) {
        if state == .untilClose { state = .done }
        guard state == .done else {
            throw ClientError("the server closed the connection in the middle of its answer.")
        }
    }

    private mutating func take(
        _ byte: UInt8, _ left: Int, into body: inout [UInt8], more: (Int) -> State, end: () -> State
    ) {
        body.append(byte)
        state = left > 1 ? more(left - 1) : end()
    }

    private mutating func takeLine(_ byte: UInt8) throws(ClientError) {
        guard byte == UInt8(ascii: "\n") else {
            line.append(byte)
            guard line.count <= Self.lineLimit else { throw Self.malformed }
            return
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        switch state {
        case .head: try takeHead(text)
        case .chunkSize: try takeChunkSize(text)
        case .chunkEnd: state = .chunkSize
        case .trailers: if text.isEmpty { state = .done }
        case .body, .chunk, .untilClose, .done: break
        }
    }

    private static var malformed: ClientError { ClientError("the server's answer is not HTTP.") }

    private mutating func takeHead(_ text: String) throws(ClientError) {
        if status == 0 {
            let parts = text.split(separator: " ", maxSplits: 2)
            guard text.hasPrefix("HTTP/1."), parts.count >= 2, let code = Int(parts[1]),
                (100...999).contains(code)
            else { throw Self.malformed }
            status = code
        } else if !text.isEmpty {
            guard let colon = text.firstIndex(of: ":") else { throw Self.malformed }
            let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers[text[..<colon].lowercased()] = String(value)
        } else {
            try endHead()
        }
    }

    private mutating func endHead() throws(ClientError) {
        if status < 200 {
            // An interim response: the real one follows.
            status = 0
            headers = [:]
        } else if headers["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true {
            state = .chunkSize
        } else if let length = headers["content-length"] {
            guard let count = Int(length), count >= 0 else { throw Self.malformed }
            state = count == 0 ? .done : .body(left: count)
        } else {
            state = status == 204 || status == 304 ? .done : .untilClose
        }
    }

    private mutating func takeChunkSize(_ text: String) throws(ClientError) {
        let digits = text.prefix { $0.isHexDigit }
        guard let count = Int(digits, radix: 16) else { throw Self.malformed }
        state = count == 0 ? .trailers : .chunk(left: count)
    }
}
