// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMCPU
import VLLMConformance
import VLLMTensors

/// A linear layer whose weight stands in blocks.
private struct BlockLinearCase {
    let m: Int
    let n: Int
    let k: Int
    let blocks: WeightFormat.PackedBlocks
    private let x: [Float]
    private let weight: [Float]

    init(m: Int, n: Int, k: Int, _ blocks: WeightFormat.PackedBlocks) {
        (self.m, self.n, self.k, self.blocks) = (m, n, k, blocks)
        var numbers = Numbers(seed: 31)
        x = numbers.floats(m * k).map { $0.rounded(to: VLLM_DTYPE_BF16) }
        weight = numbers.floats(n * k)
    }

    private static func type(of blocks: WeightFormat.PackedBlocks) -> vllm_dtype {
        switch blocks {
        case .q8_0: VLLM_DTYPE_Q8_0
        case .q5_0: VLLM_DTYPE_Q5_0
        case .q4K: VLLM_DTYPE_Q4_K
        case .q6K: VLLM_DTYPE_Q6_K
        }
    }

    /// The answer's bits, computed in pieces of panels and rows.
    func run(_ set: InstructionSet, pieces: [(Range<Int>, Range<Int>)]? = nil) throws -> [UInt32] {
        let backend = try CPUBackend(.init(numThreads: 1))
        let format = WeightFormat.blocks(blocks)
        let packed = try backend.weight(weight, inputs: k, stored: format.stored, format: format)
        let dtype = Self.type(of: blocks)
        let group = Int(vllm_integer_group(dtype))
        let rows = RoundedRows(
            x, m: m, k: k, as: VLLM_DTYPE_BF16, IntegerFormat(dtype: dtype, group: group), set)
        let out = Memory(bytes: m * n * 4)
        var arguments = unsafe vllm_linear_args()
        unsafe arguments.x = UnsafeRawPointer(rows.codes.address)
        unsafe arguments.ldx = rows.stride
        unsafe arguments.weight = UnsafeRawPointer(bitPattern: packed.address)
        unsafe arguments.weight_dtype = dtype
        unsafe arguments.group = Int32(group)
        unsafe arguments.x_scales = UnsafePointer(rows.scales.pointer(to: Float.self))
        unsafe arguments.x_offsets = UnsafePointer(rows.offsets.pointer(to: Int32.self))
        unsafe arguments.ld_offsets = k / group
        unsafe (arguments.m, arguments.n, arguments.k) = (Int32(m), Int32(n), Int32(k))
        unsafe arguments.output = VLLM_OUT_F32
        unsafe arguments.out = out.address
        unsafe arguments.ldo = n
        unsafe arguments.out_columns = Int32(n)
        for (columns, rows) in pieces ?? [(0..<(n + 15) / 16, 0..<m)] {
            unsafe set.kernels.linear(
                &arguments, Int32(columns.lowerBound), Int32(columns.upperBound), Int32(rows.lowerBound),
                Int32(rows.upperBound))
        }
        return withExtendedLifetime(backend) { out.array(of: UInt32.self) }
    }
}

@Suite struct BlockLinearTests {
    @Test(arguments: InstructionSet.all, WeightFormat.PackedBlocks.allCases)
    func everyElementHasTheSameBitsWhateverTheRange(
        set: InstructionSet, blocks: WeightFormat.PackedBlocks
    ) throws {
        let item = BlockLinearCase(m: 53, n: 200, k: 512, blocks)
        let whole = try item.run(set)
        #expect(try item.run(set, pieces: (0..<53).map { (0..<13, $0..<$0 + 1) }) == whole)
        for step in [1, 2, 3, 5, 7] {
            let pieces = stride(from: 0, to: 13, by: step).flatMap { panel in
                stride(from: 0, to: 53, by: 3 * step).map { row in
                    (panel..<min(13, panel + step), row..<min(53, row + 3 * step))
                }
            }
            #expect(try item.run(set, pieces: pieces) == whole)
        }
    }

    @Test(arguments: WeightFormat.PackedBlocks.allCases)
    func everyInstructionSetHasTheSameBits(blocks: WeightFormat.PackedBlocks) throws {
        let item = BlockLinearCase(m: 15, n: 90, k: 512, blocks)
        // Portable C multiplies and adds without fusing.
        let sets = InstructionSet.all.filter { $0.isa != VLLM_ISA_PORTABLE }
        for set in sets { #expect(try item.run(set) == item.run(sets[0])) }
    }

    /// Minimums, where a format has them, or four bits: what llama.cpp's Q4_0 is here too.
    @Test(arguments: InstructionSet.all)
    func blocksOfFourBitsAreInt4InGroupsOf32(set: InstructionSet) throws {
        let backend = try CPUBackend(.init(numThreads: 1, instructionSet: set.testDescription))
        var numbers = Numbers(seed: 8)
        let matrix = HostMatrix(numbers.floats(40 * 128), rows: 40, columns: 128, format: .blocks(.q4_0))
        let own = try #require(BlockFormat.q4_0.ownWidth)
        let weight = try backend.pack([matrix], arrangement: .stacked, formats: [own])
        let output = try backend.allocate(rows: 40, columns: 128, dtype: .float32)
        backend.embed(Array(0..<40), from: weight, into: output, accumulate: false)
        #expect(backend.read(output) == matrix.values)
    }
}
