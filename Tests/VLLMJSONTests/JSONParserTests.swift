// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON

@Suite struct JSONParserTests {
    private func error(_ text: String, limits: JSONLimits = .default) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONParser.parse(text, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func readsEveryKindOfValue() throws {
        let value = try JSONParser.parse(
            #" { "a" : [1, -2, 0.5, 1e3, true, false, null, "x"], "b": {}, "c": [] } "#)
        #expect(
            value == [
                "a": [1, -2, 0.5, 1000.0, true, false, nil, "x"], "b": [:], "c": [],
            ])
    }

    @Test(arguments: [
        "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"",
        "\"\\u12G4\"", "\"\\u\"", "\"\u{1}\"", "\"a\nb\"", "01", "-", "-a", "+1", "1.", ".5", "1e", "1e+",
        "1.e5",
        "0x10", "1_000", "--1", "tru", "truex", "True", "nul", "NaN", "Infinity", "-Infinity", "1 2", "[1 2]",
        "[1]]", "null,", "/*c*/1", "1//c", "\u{FEFF}1", "\u{0}", "[\u{0}]", "1\u{0}", "\u{A0}1", "'a'",
        "[1;2]",
        "{\"a\":1 \"b\":2}", "{\"a\"::1}", "-0x1", "1e5.5", "00", "-01", "1ee5", "\"\\ud800",
        "\"\\ud800\\u\"",
    ])
    func refusesWhatIsNotJSON(_ text: String) {
        #expect(error(text)?.kind == .syntax)
    }

    @Test func refusesEveryPrefixOfADocument() throws {
        let text = #"{"a":[1.5e-3,"\u00e9\ud83d\ude00",{"b":null}],"c":true,"d":-12}"#
        _ = try JSONParser.parse(text)
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(bytes.prefix(count))) }
        }
    }

    @Test func saysWhereAndWhatWasExpected() {
        let found = error("{\n  \"a\": 1,\n  \"b\" 2\n}")
        #expect(found?.offset == 18)
        #expect(found?.line == 3)
        #expect(found?.column == 7)
        #expect(found?.description == "expected ':', found '2' at byte 18 (line 3, column 7)")
        #expect(error("[1")?.message == "expected ',' or ']', found the end of the document")
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let bad: [[UInt8]] = [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0x22, 0x80, 0x22], [0xFE],
            [0x22, 0xC3],
        ]
        for bytes in bad {
            let caught = #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
            #expect(caught?.kind == .encoding)
        }
    }

    @Test func boundsTheDepthWithoutTouchingTheStack() throws {
        let open = String(repeating: "[", count: 1_000_000)
        #expect(error(open)?.kind == .depth)
        #expect(error(open)?.offset == 128)
        #expect(error(String(repeating: "{\"a\":", count: 100_000))?.kind == .depth)
        let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        _ = try JSONParser.parse(deepest)
        #expect(error("[" + deepest + "]")?.kind == .depth)
        #expect(error("[[1]]", limits: JSONLimits(maximumDepth: 1))?.kind == .depth)
        #expect(error(open, limits: JSONLimits(maximumDepth: .max))?.offset == JSONLimits.deepestAllowed)
    }

    @Test func boundsTheSize() {
        #expect(error("[1,2]", limits: JSONLimits(maximumSizeInBytes: 4))?.kind == .size)
        #expect(error("[1,2]", limits: JSONLimits(maximumSizeInBytes: 5)) == nil)
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"),
        (#""\ud83dx""#, "\u{FFFD}x"), (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (#""\"\\\/\b\f\n\r\t\u00E9\u0000""#, "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{0}"),
        (#""a long plain run, then é and \u20ac and more""#, "a long plain run, then é and € and more"),
        ("\"\u{7F}\u{80}\"", "\u{7F}\u{80}"),
    ])
    func readsEscapesAndSurrogates(_ text: String, _ expected: String) throws {
        #expect(try JSONParser.parse(text) == .string(expected))
    }

    @Test func keepsKeysApartThatOnlyLookAlike() throws {
        let value = try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value.objectValue?.count == 2)
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
    }

    @Test(arguments: [
        ("9223372036854775807", JSONValue.integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .wideInteger(9_223_372_036_854_775_808)),
        ("-9223372036854775809", .wideInteger(-9_223_372_036_854_775_809)),
        ("18446744073709551616", .wideInteger(18_446_744_073_709_551_616)),
        ("170141183460469231731687303715884105727", .wideInteger(.max)),
        ("-170141183460469231731687303715884105728", .wideInteger(.min)),
        ("170141183460469231731687303715884105728", .number(0x1p127)),
        ("-0", .integer(0)),
        ("-0.0", .number(-0.0)),
        ("1E2", .number(100)), ("1e-2", .number(0.01)), ("0.1", .number(0.1)),
        ("123456789012345678.5", .number(123456789012345678.5)),
        ("2.2250738585072011e-308", .number(Double.leastNormalMagnitude.nextDown)),
        ("5e-324", .number(.leastNonzeroMagnitude)),
        ("1e-400", .number(0)), ("1e22", .number(1e22)), ("1e23", .number(1e23)),
        ("9007199254740993.0", .number(9_007_199_254_740_992)),
        ("0.000001", .number(1e-6)), ("1e-99999999999999999999", .number(0)),
        ("0e99999999999999999999", .number(0)),
        ("179769313486231570000e288", .number(.greatestFiniteMagnitude)),
    ])
    func readsNumbersExactly(_ text: String, _ expected: JSONValue) throws {
        #expect(try JSONParser.parse(text) == expected)
    }

    @Test func refusesNumbersBeyondADouble() throws {
        #expect(error("1e999")?.kind == .range)
        #expect(error("[-1e400]")?.offset == 1)
        #expect(error(String(repeating: "9", count: 400))?.kind == .range)
        let nested = error(#"{"a": {"\"{,": [1, {}, [2], "]", -1e400]}}"#)
        #expect(nested?.message == #"'a.\"{,[4]' is -1e400, beyond the range of a double"#)
        #expect(nested?.verdict.hasPrefix("cannot be read: 'a.") == true)
        #expect(error(#"{"a": 1, "b": 2, "c": 1e999}"#)?.message.hasPrefix("'c' is 1e999,") == true)
        #expect(error("{")?.verdict.hasPrefix("is not valid JSON: expected") == true)
        let lenient = JSONLimits(allowsNonFiniteNumbers: true)
        #expect(try JSONParser.parse("1e999", limits: lenient) == .number(.infinity))
        #expect(
            try JSONParser.parse("[Infinity,-Infinity]", limits: lenient) == [
                .number(.infinity), .number(-.infinity),
            ])
        #expect(try JSONParser.parse("NaN", limits: lenient).doubleValue?.isNaN == true)
        #expect(error("Nan", limits: lenient)?.kind == .syntax)
    }

    @Test func lastOfEqualKeysWinsAtThePlaceOfTheFirst() throws {
        let few = try JSONParser.parse(#"{"a":1,"b":2,"a":3}"#)
        #expect(few.objectValue?.keys == ["a", "b"])
        #expect(few["a"] == 3)
        let many = (0..<1000).map { "\"k\($0 % 300)\":\($0)" }.joined(separator: ",")
        let object = try #require(try JSONParser.parse("{\(many)}").objectValue)
        #expect(object.keys == (0..<300).map { "k\($0)" })
        #expect(object["k5"] == 905)
        #expect(object["k299"] == 899)
        let same = try JSONParser.parse(
            "{" + Array(repeating: #""x":1"#, count: 20).joined(separator: ",") + "}")
        #expect(same.objectValue?.count == 1)
        #expect(same["x"] == 1)
    }

    @Test func neverTrapsOnMutatedDocuments() {
        let seeds = [
            #"{"a":[1,2.5e3,"x\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":[true,false]}}"#,
            "[[[[1]]],-0.0,\"\\\\\"]",
        ]
        let palette = Array("{}[]\",:\\u0123456789abcdefE+-. \n\u{0}\u{7F}".utf8) + [0xC3, 0xFF, 0xED, 0x80]
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0...next(3) {
                let place = next(bytes.count)
                switch next(3) {
                case 0: bytes[place] = palette[next(palette.count)]
                case 1: bytes.insert(palette[next(palette.count)], at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let value = try? JSONParser.parse(bytes) else { continue }
            accepted += 1
            // What is accepted survives a round trip.
            #expect((try? JSONParser.parse(JSONWriter().bytes(value))) == value)
        }
        #expect(accepted > 0)
    }
}
