// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension UInt64: WireValue {
    package static var blank: UInt64 { 0 }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) { try coder.code(&self) }
}

extension WireValue where Self: FixedWidthInteger & SignedInteger {
    package static var blank: Self { 0 }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        let wide = Int64(self)
        var zigzag = UInt64(bitPattern: (wide << 1) ^ (wide >> 63))
        try coder.code(&zigzag)
        guard coder.isReading else { return }
        guard let value = Self(exactly: Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
        else {
            throw WireError(description: "a number that is too large for its field")
        }
        self = value
    }
}

extension Int: WireValue {}
extension Int32: WireValue {}
extension Int64: WireValue {}

extension Bool: WireValue {
    package static var blank: Bool { false }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var bit: UInt64 = self ? 1 : 0
        try coder.code(&bit)
        self = bit != 0
    }
}

extension Float: WireValue {
    package static var blank: Float { 0 }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var bits = UInt64(bitPattern)
        try coder.code(&bits)
        self = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    }
}

extension Double: WireValue {
    package static var blank: Double { 0 }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var bits = bitPattern
        try coder.code(&bits)
        self = Double(bitPattern: bits)
    }
}

extension String: WireValue {
    package static var blank: String { "" }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var raw = coder.isReading ? [] : Array(utf8)
        try coder.code(raw: &raw)
        if coder.isReading { self = String(decoding: raw, as: UTF8.self) }
    }
}

extension Optional: WireValue where Wrapped: WireValue {
    package static var blank: Wrapped? { nil }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var isThere = self != nil
        try isThere.code(&coder)
        guard isThere else {
            self = nil
            return
        }
        var value = self ?? Wrapped.blank
        try value.code(&coder)
        self = value
    }
}

extension Array: WireValue where Element: WireValue {
    package static var blank: [Element] { [] }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var count = count
        try coder.code(count: &count)
        guard coder.isReading else {
            for var element in self { try element.code(&coder) }
            return
        }
        self = []
        reserveCapacity(count)
        for _ in 0..<count {
            var element = Element.blank
            try element.code(&coder)
            append(element)
        }
    }
}

extension Dictionary: WireValue where Key: WireValue, Value: WireValue {
    package static var blank: [Key: Value] { [:] }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var count = count
        try coder.code(count: &count)
        guard coder.isReading else {
            for (var key, var value) in self {
                try key.code(&coder)
                try value.code(&coder)
            }
            return
        }
        self = [:]
        for _ in 0..<count {
            var (key, value) = (Key.blank, Value.blank)
            try key.code(&coder)
            try value.code(&coder)
            self[key] = value
        }
    }
}

/// An enumeration whose cases cross as their place in the list.
package protocol WireChoice: WireValue, CaseIterable, Equatable
where AllCases: RandomAccessCollection, AllCases.Index == Int {}

extension WireChoice {
    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var place = Self.allCases.firstIndex(of: self) ?? 0
        try place.code(&coder)
        guard Self.allCases.indices.contains(place) else {
            throw WireError(description: "a \(Self.self) of number \(place)")
        }
        self = Self.allCases[place]
    }
}
