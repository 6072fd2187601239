// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMJSON

/// Headers of GGUF files: sound ones are read, and those that lie are errors that name file and place.
@Suite struct GGUFFileTests {
    private func read(_ builder: GGUFBuilder) throws(CheckpointError) -> GGUFFile {
        try GGUFFile(FileBytes(builder.file, name: "model.gguf"))
    }

    /// A small file with a value of every type and three tensors.
    private static var sound: GGUFBuilder {
        var builder = GGUFBuilder()
        builder.add("general.architecture", "llama")
        builder.add("a.u8", 0, [200])
        builder.add("a.i8", 1, [200])
        builder.add("a.u16", 2, [0, 200])
        builder.add("a.i16", 3, [0, 200])
        builder.add("a.u32", 4, GGUFBuilder.bytes(UInt32.max))
        builder.add("a.i32", 5, GGUFBuilder.bytes(Int32.min))
        builder.add("a.f32", float: 0.5)
        builder.add("a.bool", 7, [1])
        builder.add("a.u64", 10, GGUFBuilder.bytes(UInt64.max))
        builder.add("a.i64", 11, GGUFBuilder.bytes(Int64.min))
        builder.add("a.f64", 12, GGUFBuilder.bytes((-0.25).bitPattern))
        builder.add("tokens", list: 8, [GGUFBuilder.text("ä"), GGUFBuilder.text(""), GGUFBuilder.text("b")])
        builder.add("scores", list: 6, [GGUFBuilder.bytes(Float(1.5).bitPattern)])
        builder.add("types", list: 5, [GGUFBuilder.bytes(Int32(-3)), GGUFBuilder.bytes(Int32(6))])
        builder.add("windows", list: 7, [[1], [0]])
        builder.tensors = [
            .init(name: "a", extents: [4, 2], type: 0, offset: 0),
            .init(name: "b", extents: [32, 3], type: 2, offset: 32),
            .init(name: "c", extents: [256], type: 14, offset: 96),
        ]
        builder.numDataBytes = 96 + 210
        return builder
    }

    @Test("values of every type are read", arguments: [UInt32(2), 3])
    func values(version: UInt32) throws {
        var builder = Self.sound
        builder.version = version
        let metadata = try read(builder).metadata
        #expect(metadata.values["general.architecture"] == "llama")
        let integers = ["a.u8", "a.i8", "a.u16", "a.i16", "a.u32", "a.i32", "a.i64"].map {
            metadata.values[$0]?.intValue
        }
        #expect(integers == [200, -56, 51200, -14336, 4_294_967_295, -2_147_483_648, Int.min])
        #expect(metadata.values["a.f32"] == 0.5)
        #expect(metadata.values["a.bool"] == true)
        #expect(metadata.values["a.u64"] == .number(0x1p64))
        #expect(metadata.values["a.f64"] == -0.25)
        #expect(try metadata.strings("tokens") == ["ä", "", "b"])
        #expect(try metadata.floats("scores") == [1.5])
        #expect(try metadata.integers("types") == [-3, 6])
        #expect(metadata.values["windows"] == [true, false])
        #expect(try metadata.strings("no such key") == nil)
    }

    @Test("tensors have the innermost axis last and lie where the header says")
    func tensors() throws {
        let tensors = try read(Self.sound).tensors
        #expect(tensors.keys.sorted() == ["a", "b", "c"])
        #expect(tensors["a"]?.shape == [2, 4])
        #expect(tensors["b"]?.shape == [3, 32])
        #expect(tensors["b"]?.typeName == "Q4_0")
        #expect(tensors["b"]?.range.count == 3 * 18)
        #expect(tensors["c"]?.withBytes { $0.byteCount } == 210)
        #expect(tensors["b"]?.withBytes { unsafe $0.unsafeLoad(as: UInt8.self) } == 33)
    }

    @Test("a list of the wrong type is an error that names key, found and wanted")
    func wrongList() throws {
        let metadata = try read(Self.sound).metadata
        let error = #expect(throws: CheckpointError.self) { try metadata.strings("types") }
        #expect(error?.message == "'types' should be a list of texts, holds int32.")
        let scalar = #expect(throws: CheckpointError.self) { try metadata.integers("a.f32") }
        #expect(scalar?.message == "'a.f32' should be a list of whole numbers, is number.")
    }

    /// Each lie, and what the message has to say of it.
    static let lies: [(String, String, @Sendable (inout GGUFBuilder) -> Void)] = [
        ("no magic", "no GGUF", { $0.magic = Array("GGML".utf8) }),
        ("version 1", "version 1", { $0.version = 1 }),
        ("big-endian", "big-endian", { $0.version = UInt32(3).byteSwapped }),
        ("2^63 tensors", "9223372036854775808 for tensors", { $0.numTensors = 1 << 63 }),
        ("2^63 values", "for metadata", { $0.numValues = 1 << 63 }),
        ("more values than there are", "metadata", { $0.numValues = 40 }),
        (
            "a text of 2^60 bytes", "the text of 'k'",
            { $0.add("k", 8, GGUFBuilder.bytes(UInt64(1) << 60) + [65]) }
        ),
        ("an unknown type", "'k' has the unknown type 13", { $0.add("k", 13, [0]) }),
        ("a list of an unknown type", "'k' has elements", { $0.add("k", list: 77, [[0]]) }),
        ("a list of 2^61 numbers", "the elements of 'k'", { $0.add("k", list: 5, [[0]], count: 1 << 61) }),
        ("a list of 2^61 texts", "the elements of 'k'", { $0.add("k", list: 8, [[0]], count: 1 << 61) }),
        ("lists within lists", "'k' has lists in lists", { $0.add("k", 9, nested(12)) }),
        ("a key twice", "'a.f32' twice", { $0.add("a.f32", float: 1) }),
        ("an alignment of 0", "general.alignment", { $0.add("general.alignment", 0) }),
        ("an alignment of 24", "power of two", { $0.add("general.alignment", 24) }),
        ("an alignment of 2^31", "general.alignment", { $0.add("general.alignment", 1 << 31) }),
        ("an alignment that is a text", "general.alignment", { $0.add("general.alignment", "32") }),
        ("a tensor twice", "'a' twice", { $0.tensors[1].name = "a" }),
        ("a tensor of five axes", "'a' has 5 axes", { $0.tensors[0].extents = [1, 1, 1, 1, 8] }),
        ("an axis of 2^63", "'a' has an axis", { $0.tensors[0].extents = [1 << 63] }),
        ("axes whose product overflows", "no memory", { $0.tensors[0].extents = [1 << 40, 1 << 40] }),
        ("rows that are no whole blocks", "no whole blocks of 32", { $0.tensors[1].extents = [33, 1] }),
        ("rows that are half a block of 256", "blocks of 256", { $0.tensors[2].extents = [128] }),
        ("an unknown tensor type", "number 99", { $0.tensors[0].type = 99 }),
        ("a type that is not read", "IQ2_XXS, which is not read", { $0.tensors[0].type = 16 }),
        ("an offset past the end", "offset 4096", { $0.tensors[2].offset = 4096 }),
        ("an offset of 2^64 - 32", "'c' is at offset", { $0.tensors[2].offset = .max - 31 }),
        ("a tensor that is cut off", "'c' has 210 bytes", { $0.numDataBytes -= 1 }),
        ("no data at all", "tensor 'a'", { $0.numDataBytes = 0 }),
        ("an unaligned tensor", "no multiple of the alignment", { $0.tensors[1].offset = 33 }),
        ("tensors that overlap", "'a' and 'b' overlap", { $0.tensors[1].offset = 0 }),
    ]

    /// Lists in lists, so deep.
    private static func nested(_ depth: Int) -> [UInt8] {
        (0..<depth).reduce(GGUFBuilder.bytes(UInt32(0)) + GGUFBuilder.bytes(UInt64(0))) { inner, _ in
            GGUFBuilder.bytes(UInt32(9)) + GGUFBuilder.bytes(UInt64(1)) + inner
        }
    }

    @Test("a header that lies is an error that says where", arguments: lies.indices)
    func lying(index: Int) {
        let (what, expected, change) = Self.lies[index]
        var builder = Self.sound
        change(&builder)
        let error = #expect(throws: CheckpointError.self, "\(what)") { try read(builder) }
        #expect(error?.file == "model.gguf")
        #expect(error?.message.contains(expected) == true, "\(what): \(error?.message ?? "")")
    }

    @Test("a file that ends anywhere in its header is an error")
    func truncated() {
        let whole = Self.sound.file
        for length in 0..<whole.count {
            #expect(throws: CheckpointError.self, "\(length) bytes") {
                try GGUFFile(FileBytes(Array(whole[..<length]), name: "model.gguf"))
            }
        }
    }
}
