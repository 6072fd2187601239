// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import FoundationEssentials
import Testing
import VLLMCPU
import VLLMConformance
import VLLMTensors

/// Blocks of one format, and the numbers that the gguf package makes of them.
private struct BlockFixture: Decodable {
    let blocks: Data
    let values: Data

    private struct File: Decodable {
        let formats: [String: BlockFixture]
    }

    static let all: [String: BlockFixture] = {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        guard let data = try? Data(contentsOf: URL(filePath: "/\(folder)/Fixtures/blocks.json")),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [:] }
        return file.formats
    }()
}

@Suite struct BlockFormatTests {
    @Test(arguments: BlockFormat.allCases)
    func numbersAreThoseOfTheGGUFPackage(format: BlockFormat) throws {
        let fixture = try #require(BlockFixture.all[format.rawValue])
        let count = fixture.values.count / 4
        #expect(fixture.blocks.count == StoredFormat.blocks(format).sizeInBytes(count) && count >= 1024)
        // An odd address: nothing in a file is aligned for certain.
        let stored = Memory([UInt8](repeating: 0, count: 1) + [UInt8](fixture.blocks))
        let expected = Memory([UInt8](fixture.values)).array(of: UInt32.self)
        let backend = try CPUBackend(.init(numThreads: 1))
        let source = TensorSource(
            address: unsafe UInt(bitPattern: stored.address) + 1, blocks: format, rows: 4, columns: count / 4)
        let weight = try backend.pack(WeightDescription(parts: [source], format: .dense(.float32)))
        #expect(try Self.rows(of: weight, on: backend).map(\.bitPattern) == expected)
        let part = try backend.pack(WeightDescription(parts: [source.rows(2..<3)], format: .dense(.float32)))
        let third = Array(expected[count / 2..<count / 4 * 3])
        #expect(try Self.rows(of: part, on: backend).map(\.bitPattern) == third)
        guard let own = format.ownWidth else { return }
        let packed = try backend.pack(WeightDescription(parts: [source], format: own))
        #expect(try Self.rows(of: packed, on: backend).map(\.bitPattern) == expected)
    }

    /// Where this fails the layout of packed weights has changed: give the backend's `numericsID` another number, so that
    /// copies of the old layout are not taken for the new, and write the new checksums here.
    @Test(arguments: [
        (BlockFormat.q4_0, 0x65f8_3e9f_d1dd_0f5d as UInt64),
        (.q5_0, 0x7f64_3055_b16f_8b40),
        (.q8_0, 0x3afd_4128_f816_47f1),
        (.q4K, 0x3a56_db3e_d90f_fb44),
        (.q6K, 0x5cec_b4c0_d468_cba9),
    ])
    func packedBytesAreThoseOfTheLayoutThatTheNumericsIDNames(format: BlockFormat, checksum: UInt64) throws {
        let fixture = try #require(BlockFixture.all[format.rawValue])
        let stored = Memory([UInt8](fixture.blocks))
        let backend = try CPUBackend(.init(numThreads: 1))
        let source = TensorSource(
            address: unsafe UInt(bitPattern: stored.address), blocks: format, rows: 4, columns: 256)
        let own = try #require(format.ownWidth)
        let packed = try backend.pack(WeightDescription(parts: [source], format: own))
        // FNV-1a.
        var found: UInt64 = 0xcbf2_9ce4_8422_2325
        backend.packedBytes(of: packed) { bytes in
            for index in bytes.byteOffsets {
                let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                found = (found ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        #expect(found == checksum)
    }

    @Test(arguments: BlockFormat.allCases)
    func kernelsKnowTheSameSizes(format: BlockFormat) throws {
        let names: [BlockFormat: vllm_block] = [
            .q4_0: VLLM_BLOCK_Q4_0, .q4_1: VLLM_BLOCK_Q4_1, .q5_0: VLLM_BLOCK_Q5_0, .q5_1: VLLM_BLOCK_Q5_1,
            .q8_0: VLLM_BLOCK_Q8_0, .q2K: VLLM_BLOCK_Q2_K, .q3K: VLLM_BLOCK_Q3_K, .q4K: VLLM_BLOCK_Q4_K,
            .q5K: VLLM_BLOCK_Q5_K, .q6K: VLLM_BLOCK_Q6_K, .iq4NL: VLLM_BLOCK_IQ4_NL,
            .iq4XS: VLLM_BLOCK_IQ4_XS, .mxfp4: VLLM_BLOCK_MXFP4,
        ]
        let name = try #require(names[format])
        #expect(Int(vllm_block_length(name)) == format.length && vllm_block_size(name) == format.size)
    }

    @Test(arguments: BlockFormat.allCases.filter { $0.ownWidth == nil })
    func formatsWithoutAPackedFormatAreRoundedToEightBits(format: BlockFormat) throws {
        let fixture = try #require(BlockFixture.all[format.rawValue])
        let stored = Memory([UInt8](fixture.blocks))
        let expected = Memory([UInt8](fixture.values)).array(of: Float.self)
        let backend = try CPUBackend(.init(numThreads: 1))
        let source = TensorSource(
            address: unsafe UInt(bitPattern: stored.address), blocks: format, rows: 4,
            columns: expected.count / 4)
        let weight = try backend.pack(WeightDescription(parts: [source], format: format.packed))
        let found = try Self.rows(of: weight, on: backend)
        for begin in stride(from: 0, to: expected.count, by: 32) {
            let largest = expected[begin..<begin + 32].reduce(0) { max($0, abs($1)) }
            let errors = (begin..<begin + 32).map { abs(found[$0] - expected[$0]) }
            #expect((errors.max() ?? 0) <= (format.isHeldByQ8_0 ? 0 : 0.57 * largest / 127))
        }
    }

    @Test func factorsOfMXFP4ThatAreNoNumbersOrBeyondFloat16AreRefused() throws {
        let backend = try CPUBackend(.init(numThreads: 1))
        for (exponent, isNumber, isPacked) in [
            (0, true, true), (143, true, true), (144, true, false), (255, false, false),
        ]
            as [(UInt8, Bool, Bool)]
        {
            let stored = Memory(
                [100] + [UInt8](repeating: 0x17, count: 16) + [exponent] + [UInt8](repeating: 0x17, count: 16)
            )
            let source = TensorSource(
                address: unsafe UInt(bitPattern: stored.address), blocks: .mxfp4, rows: 1, columns: 64)
            func packs(_ format: WeightFormat) -> Bool {
                (try? backend.pack(WeightDescription(parts: [source], format: format))) != nil
            }
            #expect(packs(.dense(.float32)) == isNumber)
            #expect(packs(.blocks(.q8_0)) == isPacked)
        }
    }

    @Test func whatCannotBePackedIsRefused() throws {
        let backend = try CPUBackend(.init(numThreads: 1))
        let memory = Memory(bytes: 1 << 16)
        let address = unsafe UInt(bitPattern: memory.address)
        let numbers = TensorSource(address: address, dtype: .float32, rows: 16, columns: 256, rowStride: 256)
        let blocks = TensorSource(address: address, blocks: .q4K, rows: 16, columns: 256)
        func message(_ description: WeightDescription) -> String? {
            do throws(DeviceError) {
                _ = try backend.pack(description)
                return nil
            } catch { return error.message }
        }
        #expect(
            message(WeightDescription(parts: [numbers], format: .blocks(.q4K)))
                == "numbers stored as float32 cannot be packed as q4_k.")
        #expect(
            message(WeightDescription(parts: [blocks], format: .blocks(.q6K)))
                == "numbers stored as Q4_K cannot be packed as q6_k.")
        let narrow = TensorSource(address: address, dtype: .float32, rows: 16, columns: 40, rowStride: 40)
        #expect(
            message(WeightDescription(parts: [narrow], format: .blocks(.q8_0)))
                == "a weight of 40 inputs has no whole groups of 32.")
        #expect(
            message(
                WeightDescription(
                    parts: [blocks, numbers], arrangement: .gated, formats: [.blocks(.q4K), .int8]))
                == "gate and up cannot be packed as q4_k+int8.")
        #expect(throws: DeviceError.self) { try backend.pack(vector: [blocks], arrangement: .stacked) }
    }

    /// Formats take the file's bits, or one in a hundred more.
    @Test(arguments: [BlockFormat.q4_0, .q5_0, .q8_0, .q4K, .q6K])
    func packedWeightsAreAsSmallAsStoredOnes(format: BlockFormat) throws {
        let backend = try CPUBackend(.init(numThreads: 1))
        let memory = Memory(bytes: StoredFormat.blocks(format).sizeInBytes(64 * 1024))
        let source = TensorSource(
            address: unsafe UInt(bitPattern: memory.address), blocks: format, rows: 64, columns: 1024)
        let own = try #require(format.ownWidth)
        let size = try backend.packedSize(of: WeightDescription(parts: [source], format: own))
        #expect(size >= source.sizeInBytes && Double(size) <= 1.01 * Double(source.sizeInBytes))
        #expect(own.sizeInBytes(outputs: 64, inputs: 1024) == source.sizeInBytes)
    }

    private static func rows(of weight: PackedWeight, on backend: CPUBackend) throws -> [Float] {
        let output = try backend.allocate(rows: weight.outputs, columns: weight.inputs, dtype: .float32)
        backend.embed(Array(0..<Int32(weight.outputs)), from: weight, into: output, accumulate: false)
        return backend.read(output)
    }
}
