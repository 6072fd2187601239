// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON

@Suite struct JSONObjectTests {
    @Test func behavesLikeAnOrderedDictionaryUnderRandomOperations() {
        var object = JSONObject()
        var model: [(String, Int)] = []
        var generator = SplitMix(state: 7)
        for step in 0..<20_000 {
            let key = "key-\(Int.random(in: 0..<40, using: &generator))"
            let place = model.firstIndex { $0.0 == key }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                object[key] = nil
                if let place { model.remove(at: place) }
            } else {
                object[key] = .integer(step)
                if let place { model[place].1 = step } else { model.append((key, step)) }
            }
            #expect(object.count == model.count)
            #expect(object[key]?.intValue == model.first { $0.0 == key }?.1)
        }
        #expect(object.map(\.key) == model.map(\.0))
        #expect(object.map(\.value.intValue) == model.map(\.1))
        #expect(!object.contains("absent"))
    }

    @Test func equalityIgnoresOrder() {
        let forward: JSONValue = ["a": 1, "b": [2, "x"]]
        let backward: JSONValue = ["b": [2, "x"], "a": 1]
        #expect(forward == backward)
        #expect(forward.hashValue == backward.hashValue)
        #expect(forward != ["a": 1, "b": [2, "y"]])
        #expect(forward != ["a": 1])
        #expect(JSONValue.integer(1) != .number(1))
    }

    @Test func findsEveryKeyOfALargeObject() {
        let object = JSONObject((0..<100_000).map { ("token-\($0)", JSONValue.integer($0)) })
        #expect(object.count == 100_000)
        #expect((0..<100_000).allSatisfy { object["token-\($0)"] == .integer($0) })
        #expect(object["token-100000"] == nil)
    }

    @Test func accessorsReadOnlyTheirKind() {
        let value: JSONValue = ["s": "x", "i": 3, "d": 2.5, "b": true, "n": nil, "a": [1, 2]]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.intValue == 3)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["d"]?.doubleValue == 2.5)
        #expect(value["d"]?.intValue == nil)
        #expect(value["b"]?.boolValue == true)
        #expect(value["b"]?.intValue == nil)
        #expect(value["n"]?.isNull == true)
        #expect(value["a"]?[1] == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["missing"] == nil)
        #expect(value[0] == nil)
    }
}

/// A small seeded generator (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
