// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints

/// Pickles that would run something, or take more than they bring: each is refused by what it asks for, and where.
@Suite struct PickleMachineTests {
    /// Reads a pickle in an archive with a storage of four numbers.
    private func read(_ pickle: [UInt8]) throws(CheckpointError) -> [String: StoredTensor] {
        let archive = ZipBytes([("x/data.pkl", pickle), ("x/data/0", [UInt8](repeating: 1, count: 16))])
        return try PyTorchFile.tensors(of: FileBytes(archive.bytes, name: "test"), path: "test")
    }

    private func message(_ pickle: [UInt8]) -> String {
        #expect(throws: CheckpointError.self) { try read(pickle) }.map { "\($0)" } ?? ""
    }

    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Python's own texts for os.system("id") and the like.
    static let foreign = [
        ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"),
        ("__builtin__", "eval"), ("subprocess", "Popen"), ("torch", "load"), ("torch.hub", "load"),
        ("torch._utils", "_rebuild_tensor_v2\u{0}"), ("collections", "defaultdict"), ("", ""),
        ("numpy.core.multiarray", "_reconstruct"), ("torch.jit", "load"), ("torch", "ComplexFloatStorage"),
    ]

    @Test("a global that rebuilds no tensor is refused by its name and place", arguments: foreign)
    func globals(module: String, name: String) {
        let call =
            PickleBytes.global(module, name) + PickleBytes.tuple([PickleBytes.text("id")]) + Self.ascii("R")
        let text = message(PickleBytes.pickle(call))
        #expect(text.contains("x/data.pkl: asks for \(module).\(name) at byte 45"), "\(text)")
        let stacked = PickleBytes.text(module) + PickleBytes.text(name) + [0x93] + Self.ascii(")R")
        #expect(message(PickleBytes.pickle(stacked)).contains("asks for \(module).\(name)"))
        // Beside a good tensor, where nothing uses it.
        let members = [
            ("a", PickleBytes.tensor(shape: [4], strides: [1])), ("b", PickleBytes.global(module, name)),
        ]
        #expect(message(PickleBytes.pickle(PickleBytes.dictionary(members))).contains("\(module).\(name)"))
    }

    @Test(
        "an operation that makes objects or reaches outside is refused by its name",
        arguments: [
            (Self.ascii("(ios\nsystem\n."), "INST (0x69)"), (Self.ascii("(o."), "OBJ (0x6f)"),
            (Self.ascii("Pfile\n."), "PERSID (0x50)"), ([0x80, 2, 0x29, 0x29, 0x81], "NEWOBJ (0x81)"),
            ([0x82, 1], "EXT1 (0x82)"), ([0x97], "NEXT_BUFFER (0x97)"), ([0x8f], "EMPTY_SET (0x8f)"),
            ([0xff], "0xff"), ([0x00], "0x0"),
        ])
    func operations(pickle: [UInt8], name: String) {
        let text = message(pickle)
        #expect(text.contains("the pickle operation \(name) at byte"), "\(text)")
    }

    @Test("a call, a state or members of what has none are refused")
    func misuse() {
        let cases: [([UInt8], String)] = [
            (PickleBytes.text("x") + Self.ascii(")R"), "calls a str"),
            (PickleBytes.global("torch", "float32") + Self.ascii(")R"), "calls the dtype F32"),
            (PickleBytes.global("torch._utils", "_rebuild_tensor_v2") + Self.ascii(")R"), "does not take"),
            (PickleBytes.global("torch", "Size") + Self.ascii("]R"), "calls torch.Size"),
            (Self.ascii("]}b"), "sets the state of a list"), (Self.ascii("}Na"), "adds members to a dict"),
            (Self.ascii("}(Nu"), "a key that has no value"), (Self.ascii("NQ"), "a storage by None"),
            (Self.ascii(")Q"), "a storage of an unknown form"), (Self.ascii("(((t"), "holds a tuple where"),
            (Self.ascii("t"), "a mark which it has not set"), (Self.ascii("(R"), "has not made"),
            (Self.ascii("h\u{5}"), "asks for the value 5"), (Self.ascii("0"), "has not made"),
            ([0x80, 9], "protocol 9"),
        ]
        for (operations, expected) in cases {
            let text = message(PickleBytes.proto + operations + PickleBytes.stop)
            #expect(text.contains(expected), "\(text) for \(expected)")
        }
    }

    @Test("a view beyond its storage, or of another form, is refused")
    func tensors() {
        func text(_ tensor: [UInt8]) -> String {
            message(PickleBytes.pickle(PickleBytes.dictionary([("a", tensor)])))
        }
        let beyond: [([Int32], [Int32], Int32)] = [
            ([5], [1], 0), ([4], [1], 1), ([2, 2], [3, 1], 0), ([2, 2], [-2, 1], 0), ([2], [1], 3),
            ([.max, .max], [.max, .max], 0), ([5], [0], 0), ([-1], [1], 0), ([4], [1, 1], 0),
        ]
        for (shape, strides, offset) in beyond {
            let text = text(PickleBytes.tensor(shape: shape, strides: strides, offset: offset))
            #expect(text.contains("tensor 'a' has"), "\(text)")
        }
        #expect(text(PickleBytes.tensor(shape: [2], strides: [1], offset: -1)).contains("unknown form"))
        #expect(
            text(PickleBytes.tensor(shape: [4], strides: [1], count: 5)).contains("5 elements of 4 bytes"))
        #expect(text(PickleBytes.tensor(shape: [4], strides: [1], count: -1)).contains("unknown form"))
        #expect(text(PickleBytes.tensor(shape: [4], strides: [1], key: "../0")).contains("no storage '../0'"))
        #expect(
            text(PickleBytes.tensor(shape: [8], strides: [1], count: 4, type: "HalfStorage"))
                .contains("4 elements of 2 bytes"))
    }

    @Test("announced lengths beyond the file are refused before anything is taken")
    func lengths() {
        let huge: [[UInt8]] = [
            Self.ascii("X") + ZipBytes.number(UInt32.max), [0x8d] + ZipBytes.number(UInt64(1) << 60),
            [0x8e] + ZipBytes.number(UInt64.max), Self.ascii("T") + ZipBytes.number(Int32(-1)),
            [0x8b] + ZipBytes.number(Int32.max), [0x8a, 255], [0x95] + ZipBytes.number(UInt64(1) << 62),
        ]
        for operation in huge {
            let text = message(PickleBytes.proto + operation + PickleBytes.stop)
            #expect(text.contains("but the pickle ends before"), "\(text)")
        }
        #expect(message(Self.ascii("c") + [UInt8](repeating: 0x61, count: 600)).contains("over 512 bytes"))
        #expect(message(PickleBytes.proto).contains("cut"))
    }

    /// Values in values, a million times: nothing here follows them.
    @Test("deep nesting, shared parts and cycles take no stack, and no more memory than the pickle")
    func bombs() throws {
        let tensor = PickleBytes.tensor(shape: [4], strides: [1])
        func members(_ value: [UInt8]) -> [UInt8] {
            PickleBytes.pickle(PickleBytes.dictionary([("bomb", value), ("a", tensor)]))
        }
        let nested =
            [UInt8](repeating: UInt8(ascii: ")"), count: 1) + [UInt8](repeating: 0x85, count: 1_000_000)
        #expect(try read(members(nested)).keys.sorted() == ["a"])
        // Each tuple has the one before it twice: two to the power of thousands, if it were walked through.
        let laughs = Self.ascii(")") + (0..<100_000).flatMap { _ in Self.ascii("2") + [0x86] }
        #expect(try read(members(laughs)).keys.sorted() == ["a"])
        // A list that contains itself, and a dictionary that does.
        let list = Self.ascii("]q") + [1] + Self.ascii("h") + [1] + Self.ascii("a")
        #expect(try read(members(list)).keys.sorted() == ["a"])
        let dictionary = Self.ascii("}q") + [2] + Self.ascii("Nh") + [2] + Self.ascii("s")
        #expect(try read(members(dictionary)).keys.sorted() == ["a"])
        let marks = [UInt8](repeating: UInt8(ascii: "("), count: 100_000)
        #expect(message(PickleBytes.proto + marks).contains("too many values"))
        let values = [UInt8](repeating: UInt8(ascii: "N"), count: 1_000_000)
        #expect(message(PickleBytes.proto + values).contains("too many values"))
        let notes =
            Self.ascii("N") + (0..<5_000_000).flatMap { Self.ascii("r") + ZipBytes.number(UInt32($0)) }
        #expect(message(PickleBytes.proto + notes).contains("too many values"))
        // A list of a thousand pairs made into a dictionary again and again.
        let pairs =
            Self.ascii("](") + (0..<1000).flatMap { _ in Self.ascii("NN") + [0x86] } + Self.ascii("eq") + [3]
        let again =
            PickleBytes.global("collections", "OrderedDict") + Self.ascii("h") + [3, 0x85] + Self.ascii("R0")
        let copies = pairs + (0..<10_000).flatMap { _ in again }
        #expect(message(PickleBytes.proto + copies).contains("too many values"))
    }

    @Test("numbers are read in every form")
    func numbers() throws {
        // 4 as a LONG1, as a LONG4 and as a short.
        for four: [UInt8] in [[0x8a, 1, 4], [0x8b, 2, 0, 0, 0, 4, 0], [0x4d, 4, 0], [0x4b, 4]] {
            let tensor =
                PickleBytes.global("torch._utils", "_rebuild_tensor")
                + PickleBytes.tuple([
                    PickleBytes.storage("0", 4), PickleBytes.integer(0), four + [0x85],
                    PickleBytes.integer(1) + [0x85],
                ]) + Self.ascii("R")
            let members = PickleBytes.pickle(PickleBytes.dictionary([("a", tensor)]))
            #expect(try read(members)["a"]?.shape == [4])
        }
        let pairs =
            PickleBytes.global("collections", "OrderedDict")
            + Self.ascii("](") + PickleBytes.text("b") + PickleBytes.tensor(shape: [1], strides: [1])
            + [0x86] + Self.ascii("e") + [0x85] + Self.ascii("R")
        #expect(try read(PickleBytes.pickle(pairs)).keys.sorted() == ["b"])
    }
}
