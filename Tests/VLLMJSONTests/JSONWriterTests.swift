// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON

@Suite struct JSONWriterTests {
    private let sample: JSONValue = [
        "b": [1, 2.0, "é\u{1F600}\"\\\n\u{1}\u{7F}"], "a": ["y": nil, "x": true], "e": [], "o": [:],
    ]

    @Test func compactTextHasNoSpaces() {
        #expect(
            JSONWriter().string(sample)
                == "{\"b\":[1,2.0,\"é😀\\\"\\\\\\n\\u0001\u{7F}\"],\"a\":{\"y\":null,\"x\":true},\"e\":[],\"o\":{}}"
        )
    }

    // The expected texts were printed by json.dumps of Python 3.11.
    @Test func pythonTextEqualsJSONDumps() {
        #expect(
            JSONWriter(style: .python()).string(sample)
                == #"{"b": [1, 2.0, "\u00e9\ud83d\ude00\"\\\n\u0001\u007f"], "a": {"y": null, "x": true}, "e": [], "o": {}}"#
        )
        #expect(
            JSONWriter(style: .python(ensuresASCII: false, indent: 2, sortsKeys: true)).string(sample)
                == """
                {
                  "a": {
                    "x": true,
                    "y": null
                  },
                  "b": [
                    1,
                    2.0,
                    "é😀\\"\\\\\\n\\u0001\u{7F}"
                  ],
                  "e": [],
                  "o": {}
                }
                """)
        #expect(JSONWriter(style: .python(indent: 0)).string([1, [2]]) == "[\n1,\n[\n2\n]\n]")
    }

    @Test(arguments: [
        (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1.5, "-1.5"), (0.1, "0.1"), (1e15, "1000000000000000.0"),
        (1e16, "1e+16"), (123_456_789_012_345_680, "1.2345678901234568e+17"),
        (18_014_398_509_481_984, "1.8014398509481984e+16"),
        (9_007_199_254_740_992, "9007199254740992.0"), (0.0001, "0.0001"), (0.00001, "1e-05"),
        (0.00012345, "0.00012345"),
        (1e22, "1e+22"), (1e100, "1e+100"), (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (2.5e-7, "2.5e-07"), (100, "100.0"), (3.14159, "3.14159"), (1234567890123456.8, "1234567890123456.8"),
        (0.30000000000000004, "0.30000000000000004"), (9_999_999_999_999_998, "9999999999999998.0"),
    ])
    func floatsAreThoseOfPython(_ value: Double, _ expected: String) {
        #expect(JSONWriter().string(.number(value)) == expected)
    }

    @Test func numbersThatAreNotFiniteAreNullOnTheWire() {
        let value: JSONValue = [.number(.nan), .number(.infinity), .number(-.infinity)]
        #expect(JSONWriter().string(value) == "[null,null,null]")
        #expect(JSONWriter(style: .python()).string(value) == "[NaN, Infinity, -Infinity]")
    }

    @Test func randomDoublesReadBackTheSame() throws {
        var generator = SplitMix(state: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(try JSONParser.parse(JSONWriter().bytes(.number(value))) == .number(value))
        }
    }

    @Test func integersReadBackTheSame() throws {
        for value in [0, 9, 10, -1, Int.min, Int.max] {
            #expect(try JSONParser.parse(JSONWriter().bytes(.integer(value))) == .integer(value))
        }
    }
}
