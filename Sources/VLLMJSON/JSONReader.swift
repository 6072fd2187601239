// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The state of one parse: a position in bytes that are known to be UTF-8.
struct JSONReader: ~Copyable, ~Escapable {
    let bytes: Span<UInt8>
    let count: Int
    let allowsNonFinite: Bool
    var offset = 0
    var depthLeft: Int
    var nodesLeft: Int
    /// Entries of the objects that are open, innermost last.
    var pendingEntries: [JSONObject.Entry] = []
    /// Elements of the arrays that are open, innermost last.
    var pendingElements: [JSONValue] = []

    @_lifetime(copy bytes)
    init(bytes: Span<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        count = bytes.count
        allowsNonFinite = limits.allowsNonFiniteNumbers
        nodesLeft = limits.maximumNodes
        depthLeft = min(limits.maximumDepth, JSONLimits.deepestAllowed)
    }

    /// The byte at a position, which the caller has checked.
    @inline(__always)
    func byte(_ position: Int) -> UInt8 {
        unsafe bytes[unchecked: position]
    }

    /// The byte at the current position, or 0 at the end; a 0 in the document is never accepted outside.
    @inline(__always)
    var current: UInt8 { offset < count ? byte(offset) : 0 }

    @inline(__always)
    mutating func skipSpace() {
        while offset < count {
            let next = byte(offset)
            if next > 0x20 { return }
            guard next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 else { return }
            offset += 1
        }
    }

    mutating func document() throws(JSONError) -> JSONValue {
        skipSpace()
        let value = try value()
        skipSpace()
        if offset < count { throw unexpected("the end of the document") }
        return value
    }

    mutating func value() throws(JSONError) -> JSONValue {
        switch current {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where allowsNonFinite: return try word("NaN", .number(.nan))
        case UInt8(ascii: "I") where allowsNonFinite: return try word("Infinity", .number(.infinity))
        default: throw unexpected("a value")
        }
    }

    mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let start = offset
        for expected in text.utf8 {
            guard offset < count, byte(offset) == expected else {
                offset = start
                throw unexpected("'\(text)'")
            }
            offset += 1
        }
        return value
    }

    private mutating func enter() throws(JSONError) {
        if depthLeft <= 0 {
            throw failure(.depth, "expected less nesting: the document is nested too deeply", at: offset)
        }
        depthLeft -= 1
        try countNode()
        offset += 1
        skipSpace()
    }

    @inline(__always)
    private mutating func countNode() throws(JSONError) {
        nodesLeft -= 1
        if nodesLeft < 0 {
            throw failure(.size, "expected fewer arrays, objects and members of objects", at: offset)
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        try enter()
        defer { depthLeft += 1 }
        if current == UInt8(ascii: "]") {
            offset += 1
            return .array([])
        }
        let base = pendingElements.count
        while true {
            let element = try value()
            pendingElements.append(element)
            skipSpace()
            if current == UInt8(ascii: ",") {
                offset += 1
                skipSpace()
                continue
            }
            guard current == UInt8(ascii: "]") else { throw unexpected("',' or ']'") }
            offset += 1
            let elements = Array(pendingElements[base...])
            pendingElements.removeLast(elements.count)
            return .array(elements)
        }
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try enter()
        defer { depthLeft += 1 }
        if current == UInt8(ascii: "}") {
            offset += 1
            return .object(JSONObject())
        }
        let base = pendingEntries.count
        while true {
            try member()
            skipSpace()
            if current == UInt8(ascii: ",") {
                offset += 1
                skipSpace()
                continue
            }
            guard current == UInt8(ascii: "}") else { throw unexpected("',' or '}'") }
            offset += 1
            let entries = Array(pendingEntries[base...])
            pendingEntries.removeLast(entries.count)
            return .object(JSONObject(entries: entries))
        }
    }

    @inline(__always)
    private mutating func member() throws(JSONError) {
        guard current == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
        try countNode()
        let key = try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw unexpected("':'") }
        offset += 1
        skipSpace()
        let value = try value()
        pendingEntries.append(JSONObject.Entry(key: key, value: value))
    }
}
