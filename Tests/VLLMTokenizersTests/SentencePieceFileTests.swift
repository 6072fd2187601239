// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMTokenizers

/// Files that are not as they should be.
@Suite
struct SentencePieceFileTests {
    private func load(_ bytes: [UInt8]) throws -> Tokenizer {
        try Tokenizer(try TokenizerLoader.definition(modelFile: bytes))
    }

    /// A field of bytes.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(content.count) + content
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + varint(value >> 7)
    }

    private static func piece(_ text: String, score: Float = -1, type: UInt8 = 1) -> [UInt8] {
        let bits = (0..<4).map { UInt8(truncatingIfNeeded: score.bitPattern >> UInt32(8 * $0)) }
        return field(1, field(1, Array(text.utf8)) + [0x15] + bits + [0x18, type])
    }

    private static let unknown = piece("<unk>", score: 0, type: 2)

    private static func map(_ bytes: [UInt8]) -> [UInt8] {
        unknown + piece("a") + field(3, field(2, bytes))
    }

    @Test(
        "What is wrong in a file is an error that says so",
        arguments: [
            ([], "one unknown piece"),
            (unknown + piece("a") + piece("a"), "twice"),
            (unknown + unknown, "one unknown piece"),
            (piece("a"), "one unknown piece"),
            (unknown + piece(""), "empty"),
            (unknown + piece("a", score: .nan), "finite"),
            (unknown + piece("a", type: 9), "type"),
            (unknown + piece("<0x41>", type: 6), "byte_fallback"),
            (unknown + field(2, [0x98, 0x02, 0x01]), "256|each byte"),
            (unknown + field(2, [0x18, 0x03]), "WORD"),
            (unknown + field(2, [0x18, 0x07]), "model_type"),
            (field(1, field(1, [0xFF])), "UTF-8"),
            ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "longer than the message"),
            ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "64 bits"),
            ([0x0A, 0x80], "ends in a number"),
            ([0x15, 0x01], "ends in a number"),
            ([0x0B, 0x0B, 0x0B, 0x0B], "type"),
            ([0x02, 0x01, 0x00], "number 0"),
            ([0x08, 0x01], "wrong type"),
            (map([1, 0]), "short"),
            (map([8, 0, 0, 0, 1, 2, 3, 4]), "size"),
            (map([3, 0, 0, 0, 1, 2, 3, 4]), "size"),
            (map([4, 0, 0, 0, 0, 0xFF, 0xFF, 0x7F]), "outside its trie"),
            (map([4, 0, 0, 0, 9, 0, 0, 0x80, 65, 0]), "outside its replacements"),
            (map([4, 0, 0, 0, 0, 0, 0, 0, 0xFF]), "UTF-8"),
            (unknown + piece(String(repeating: "a", count: 2000)), "too long"),
        ] as [([UInt8], String)])
    func malformed(bytes: [UInt8], what: String) {
        do {
            _ = try load(bytes)
            Issue.record("no error where \(what) was expected")
        } catch {
            let found = what.split(separator: "|").contains { "\(error)".contains($0) }
            #expect(found, "\(error)")
        }
    }

    @Test("A file cut off anywhere or with bytes changed is an error or another tokenizer, never a trap")
    func damaged() throws {
        var random = Random(seed: 5)
        for name in ["bpe-user", "unigram-user", "bpe-gone"] {
            let whole = try Fixture.bytes(Fixture.folder + name + ".model")
            for round in 0..<250 {
                var bytes = whole
                if round % 4 == 0 {
                    bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
                } else {
                    for _ in 0..<3 {
                        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                            in: 0...255, using: &random)
                    }
                }
                guard let tokenizer = try? load(bytes) else { continue }
                let ids = (try? tokenizer.encode("Hello the \u{3000} foo bar好<sep> é\n")) ?? []
                _ = tokenizer.decode(ids)
            }
        }
    }

    @Test("Canonically equivalent pieces are different pieces")
    func equivalent() throws {
        let tokenizer = try load(Self.unknown + Self.piece("\u{3AF}") + Self.piece("\u{1F77}"))
        #expect(try tokenizer.encode("\u{1F77}\u{3AF}").suffix(2) == [2, 1])
    }

    @Test("A replacement that would make a text a thousand times as long is refused")
    func growth() {
        let long = [UInt8](repeating: 98, count: 5000)
        #expect(throws: TokenizerError.self) { _ = try load(Self.map([4, 0, 0, 0, 0, 0, 0, 0] + long)) }
    }
}
