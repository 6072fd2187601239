// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMTensors

/// What `torch.save` writes, in each of its forms, and archives that say what is not so.
@Suite struct PyTorchFileTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/pytorch/"

    private func fixture(_ name: String) throws -> [String: StoredTensor] {
        let file = try #require(try FileBytes(mapping: Self.folder + name))
        return try PyTorchFile.tensors(of: file, path: name)
    }

    private func read(_ bytes: [UInt8]) throws(CheckpointError) -> [String: StoredTensor] {
        try PyTorchFile.tensors(of: FileBytes(bytes, name: "test"), path: "test")
    }

    /// The elements of a tensor, row by row.
    private func values(_ tensor: StoredTensor) -> [Double] {
        tensor.withBytes { bytes in
            (0..<tensor.shape.reduce(1, *)).map { index in
                func load<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
                    unsafe bytes.unsafeLoadUnaligned(
                        fromByteOffset: index * MemoryLayout<Value>.size, as: type)
                }
                switch tensor.typeName {
                case "F64": return load(Double.self)
                case "F32": return Double(load(Float.self))
                case "F16": return Double(load(Float16.self))
                case "BF16": return Double(Float(bitPattern: UInt32(load(UInt16.self)) << 16))
                case "I64": return Double(load(Int64.self))
                case "U16": return Double(load(UInt16.self))
                default: return Double(load(UInt8.self))
                }
            }
        }
    }

    @Test(
        "every form of torch.save gives the tensors", arguments: ["zip.bin", "protocol4.bin", "legacy.bin"])
    func forms(name: String) throws {
        let tensors = try fixture(name)
        let base = (0..<24).map { Double($0) / 2 }
        for name in ["base", "tied", "float16", "bfloat16", "float64", "parameter"] {
            let tensor = try #require(tensors[name])
            #expect(tensor.shape == [4, 6] && values(tensor) == base, "\(name)")
        }
        #expect(tensors["base"]?.typeName == "F32" && tensors["float16"]?.typeName == "F16")
        #expect(tensors["bfloat16"]?.typeName == "BF16" && tensors["float64"]?.typeName == "F64")
        let transposed = try #require(tensors["transposed"])
        #expect(transposed.shape == [6, 4] && transposed.strides == [1, 6])
        let columns = (0..<24).map { index in base[index % 4 * 6 + index / 4] }
        #expect(values(transposed) == columns)
        #expect(try values(#require(tensors["part"])) == [8, 9, 10, 14, 15, 16].map { base[$0] })
        #expect(try values(#require(tensors["column"])) == [1, 7, 13, 19].map { base[$0] })
        let cube = try #require(tensors["cube"])
        #expect(cube.shape == [6, 2, 2])
        let turned = (0..<24).map { index in
            let (column, row, slice) = (index / 4, index / 2 % 2, index % 2)
            return base[slice * 12 + row * 6 + column]
        }
        #expect(values(cube) == turned)
        #expect(try values(#require(tensors["int64"])) == [0, 1, 2])
        #expect(try values(#require(tensors["bool"])) == [1, 0])
        #expect(try values(#require(tensors["scalar"])) == [3.5] && tensors["scalar"]?.shape == [])
        #expect(tensors["empty"]?.shape == [0, 3])
        #expect(tensors["norm.weight"]?.shape == [3])
        #expect(tensors["step"] == nil && tensors.count == 16)
    }

    @Test("types that only newer forms have are read")
    func wide() throws {
        let tensors = try fixture("wide.bin")
        #expect(try values(#require(tensors["uint16"])) == [0, 1, 2, 3, 4])
        #expect(tensors["float8"]?.typeName == "F8_E4M3")
    }

    @Test("a matrix of a view is read through its strides, and refused where its shape is another")
    func views() throws {
        let file = try #require(try FileBytes(mapping: Self.folder + "zip.bin"))
        let source = CheckpointSource.embedded(
            name: "test",
            files: ["config.json": FileBytes(Array("{}".utf8), name: "c"), "pytorch_model.bin": file])
        let checkpoint = try Checkpoint(source)
        func element(_ matrix: TensorSource, _ row: Int, _ column: Int) -> Float? {
            let place = row * matrix.rowStride + column * matrix.columnStride
            return unsafe UnsafePointer<Float>(bitPattern: matrix.address)?[place]
        }
        let transposed = try checkpoint.matrix("transposed", rows: 6, columns: 4)
        #expect(element(transposed, 5, 3) == 11.5 && element(transposed, 1, 2) == 6.5)
        let part = try checkpoint.matrix("part", rows: 2, columns: 3)
        #expect(element(part, 0, 0) == 4 && element(part, 1, 2) == 8)
        let column = try checkpoint.vector("column", count: 4)
        #expect((0..<4).map { element(column, $0, 0) } == [0.5, 3.5, 6.5, 9.5])
        let slice = try checkpoint.matrix("cube", at: 4, of: 6, rows: 2, columns: 2)
        #expect(element(slice, 0, 0) == 2 && element(slice, 1, 0) == 5 && element(slice, 0, 1) == 8)
        #expect(throws: CheckpointError.self) { try checkpoint.matrix("part", rows: 3, columns: 2) }
    }

    @Test("what holds no tensors by name is refused with what it holds")
    func others() throws {
        let foreign = #expect(throws: CheckpointError.self) { try fixture("foreign.bin") }
        #expect(foreign?.message.contains("asks for torch._C.Generator at byte") == true, "\(foreign as Any)")
        for bytes in [[], Array("PK".utf8), Array("\u{7f}ELF, surely not a checkpoint".utf8)] {
            #expect(throws: CheckpointError.self) { try read(bytes) }
        }
    }

    /// What a training program keeps in a file: its members, the tensors that are read, and what is said of others.
    static let wrapped: [([(String, [UInt8])], [String], String)] = {
        func tensors(_ names: String...) -> [UInt8] {
            PickleBytes.dictionary(names.map { ($0, PickleBytes.tensor(shape: [2, 2], strides: [2, 1])) })
        }
        let number = PickleBytes.integer(3)
        let settings = PickleBytes.dictionary([("rate", number)])
        return [
            ([("state_dict", tensors("a", "b"))], ["a", "b"], ""),
            ([("epoch", number), ("model", tensors("a")), ("args", settings)], ["a"], ""),
            ([("model", settings), ("model_state_dict", tensors("a"))], ["a"], ""),
            ([("model", tensors("a")), ("c", PickleBytes.tensor(shape: [4], strides: [1]))], ["c"], ""),
            ([("model", tensors("a")), ("ema", tensors("a"))], [], "in each of 'ema', 'model', so that"),
            ([("optimizer", tensors("a"))], [], "a dict of 'optimizer' where a dict of tensors"),
            ([("state_dict", settings)], [], "which torch.save(model.state_dict(), …) writes"),
            ([("model", PickleBytes.dictionary([("model", tensors("a"))]))], [], "a dict of 'model' where"),
        ]
    }()

    @Test(
        "a state_dict inside what a training program keeps is read where it is the one",
        arguments: wrapped.indices)
    func wrappers(index: Int) throws {
        let (members, names, message) = Self.wrapped[index]
        var archive = Self.archive
        archive.entries[0].data = PickleBytes.pickle(PickleBytes.dictionary(members))
        guard !names.isEmpty else {
            let error = #expect(throws: CheckpointError.self) { try read(archive.bytes) }
            #expect(error?.message.contains(message) == true, "\(error as Any)")
            return
        }
        #expect(try read(archive.bytes).keys.sorted() == names)
    }

    @Test("what torch.save writes of a state_dict beside a number is that state_dict")
    func nested() throws {
        let plain = try fixture("zip.bin")
        let nested = try fixture("nested.bin")
        #expect(nested.keys.sorted() == plain.keys.sorted())
        for (name, tensor) in nested { #expect(try values(tensor) == values(#require(plain[name]))) }
    }

    @Test("a file that is cut is refused at every length", arguments: ["zip.bin", "legacy.bin"])
    func cut(name: String) throws {
        let bytes = try #require(try FileBytes(mapping: Self.folder + name)).bytes
        for count in 0..<bytes.count {
            #expect(throws: CheckpointError.self, "\(count) of \(bytes.count)") {
                try read(Array(bytes.prefix(count)))
            }
        }
    }

    private static let pickle = PickleBytes.pickle(
        PickleBytes.dictionary([("a", PickleBytes.tensor(shape: [2, 2], strides: [2, 1]))]))

    /// An archive with one tensor.
    private static var archive: ZipBytes {
        ZipBytes([
            ("x/data.pkl", pickle), ("x/byteorder", Array("little".utf8)),
            ("x/data/0", [UInt8](repeating: 1, count: 16)),
        ])
    }

    @Test("archives with 64-bit numbers, descriptors, comments and gaps are read")
    func archives() throws {
        var archive = Self.archive
        #expect(try read(archive.bytes).keys.sorted() == ["a"])
        archive.isWide = true
        archive.entries[2].flags = 8
        (archive.comment, archive.gap) = ([1, 2, 3], 5)
        let tensors = try read(archive.bytes)
        #expect(tensors["a"]?.withBytes { $0.byteCount } == 16)
    }

    /// Changes to an archive, and what the error says.
    static let lies: [(@Sendable (inout ZipBytes) -> Void, String)] = [
        ({ $0.entries[2].method = 8 }, "'x/data/0', which is compressed (method 8)"),
        ({ $0.entries[2].flags = 1 }, "encrypted"),
        ({ $0.entries[2].size = 4_000_000_000 }, "4000000000 bytes"),
        ({ $0.entries[2].size = 20 }, "but the directory begins"),
        ({ $0.entries[2].size = 12 }, "a storage '0' of 12 bytes, but its pickle says 4 elements of 4"),
        ({ $0.entries[2].offset = 0 }, "another name"),
        ({ $0.entries[2].offset = 3 }, "should begin at byte 3"),
        ({ $0.entries[2].offset = 4_000_000_000 }, "should begin at byte 4000000000"),
        ({ $0.entries[2].localName = "x/data/1" }, "another name"),
        ({ $0.entries[1].size = 60 }, "overlap"),
        ({ $0.entries.append($0.entries[2]) }, "two entries called 'x/data/0'"),
        ({ $0.entries.remove(at: 2) }, "no storage '0'"),
        ({ $0.entries.remove(at: 0) }, "0 pickles called data.pkl"),
        ({ $0.entries[1].data = Array("big".utf8) }, "byte order 'big'"),
        ({ $0.entries.append(.init(name: "x/constants.pkl", data: [])) }, "TorchScript"),
        ({ $0.count = 2 }, "does not hold its entries alone"),
        ({ $0.count = 4 }, "directory"),
        ({ $0.count = 60_000 }, "60000 entries"),
    ]

    @Test("an archive that lies is refused, in words", arguments: lies.indices)
    func lying(index: Int) throws {
        let (change, message) = Self.lies[index]
        for isWide in [false, true] {
            var archive = Self.archive
            archive.isWide = isWide
            change(&archive)
            let error = #expect(throws: CheckpointError.self) { try read(archive.bytes) }
            #expect(error?.message.contains(message) == true, "\(error as Any) for \(message)")
        }
    }

    @Test("entries that share their bytes are refused")
    func shared() throws {
        var archive = Self.archive
        var twin = archive.entries[2]
        twin.name = "x/data/1"
        twin.offset = UInt32(30 + "x/data.pkl".utf8.count + 3 + Self.pickle.count + 30 + 11 + 3 + 6)
        twin.localName = "x/data/0"
        archive.entries.append(twin)
        let error = #expect(throws: CheckpointError.self) { try read(archive.bytes) }
        #expect(error?.message.contains("another name") == true, "\(error as Any)")
    }

    @Test("safetensors come first, and an option says otherwise")
    func formats() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("{}".utf8), to: "config.json")
        let source = CheckpointSource.folder(path: folder.path)
        #expect(throws: CheckpointError.self) { try Checkpoint(source) }
        try folder.write(Array("not weights".utf8), to: "training_args.bin")
        #expect(throws: CheckpointError.self) { try Checkpoint(source) }
        try folder.write(Self.archive.bytes, to: "weights.pt")
        #expect(try Checkpoint(source).tensorNames.sorted() == ["a"])
        try folder.write(Self.archive.bytes, to: "one.bin")
        try folder.write(Self.archive.bytes, to: "two.bin")
        let twice = #expect(throws: CheckpointError.self) { try Checkpoint(source) }
        #expect(twice?.message.contains("'a', which another file has too") == true)
        try folder.write(Self.archive.bytes, to: "pytorch_model.bin")
        #expect(try Checkpoint(source, files: .hf).tensorNames.sorted() == ["a"])
        #expect(throws: CheckpointError.self) { try Checkpoint(source, files: .safetensors) }
        let header = #"{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        let length = ZipBytes.number(UInt64(header.utf8.count))
        try folder.write(length + Array(header.utf8) + [0, 0, 0, 0], to: "model.safetensors")
        #expect(try Checkpoint(source).tensorNames.sorted() == ["b"])
        #expect(try Checkpoint(source, files: .pt).tensorNames.sorted() == ["a"])
        let index = Array(#"{"weight_map":{"a":"one.bin"}}"#.utf8)
        try folder.write(index, to: "pytorch_model.bin.index.json")
        #expect(try Checkpoint(source, files: .pt).sizeInBytes == Self.archive.bytes.count)
    }
}
