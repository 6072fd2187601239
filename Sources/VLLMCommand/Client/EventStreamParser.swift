// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads server-sent events from bytes in pieces of any size (WHATWG HTML, section 9.2.6): only their data, for the
/// API names no kinds of events.
package struct EventStreamParser: Sendable {
    private var line: [UInt8] = []
    private var data: [String] = []

    /// Starts to read.
    package init() {}

    /// Takes bytes in and gives the data of the events that they complete.
    package mutating func consume(_ bytes: some Sequence<UInt8>) -> [String] {
        var events: [String] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty, !data.isEmpty {
                events.append(data.joined(separator: "\n"))
                data = []
            } else {
                takeLine(String(decoding: line, as: UTF8.self))
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func takeLine(_ text: String) {
        guard text.hasPrefix("data:") else { return }
        let value = text.dropFirst(5)
        data.append(String(value.first == " " ? value.dropFirst() : value))
    }
}
