// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance

/// How a weight of whole numbers is packed.
struct IntegerFormat: Sendable, CustomTestStringConvertible {
    let dtype: vllm_dtype
    let group: Int

    /// True where a group has a scale, false where a row has.
    var isGrouped: Bool { dtype != VLLM_DTYPE_I8 }
    /// What codes are above their values, and where they begin as they are given.
    var zero: Int { Int(vllm_integer_zero(dtype)) }
    var first: Int { dtype == VLLM_DTYPE_I8 || dtype == VLLM_DTYPE_Q8_0 ? -128 : 0 }
    var hasMinimums: Bool { dtype == VLLM_DTYPE_I4_MIN }
    var testDescription: String { "\(2 * zero) values, \(group)\(hasMinimums ? ", minimums" : "")" }

    static let all =
        [IntegerFormat(dtype: VLLM_DTYPE_I8, group: 0)]
        + [VLLM_DTYPE_I4, VLLM_DTYPE_I4_MIN].flatMap { dtype in
            [32, 64, 128].map { IntegerFormat(dtype: dtype, group: $0) }
        } + [VLLM_DTYPE_Q8_0, VLLM_DTYPE_Q5_0].map { IntegerFormat(dtype: $0, group: 32) }
}

/// Activations rounded by a kernel.
struct RoundedRows {
    let codes: Memory
    let scales: Memory
    let offsets: Memory
    let stride: Int

    init(_ x: [Float], m: Int, k: Int, as dtype: vllm_dtype, _ format: IntegerFormat, _ set: InstructionSet) {
        stride = (k + 63) / 64 * 64
        let groups = format.isGrouped ? k / format.group : 1
        codes = Memory(bytes: m * stride)
        scales = Memory(bytes: m * 4)
        offsets = Memory(bytes: m * groups * 4)
        let input = Memory(x, as: dtype)
        var arguments = unsafe vllm_quantize_args()
        unsafe arguments.x = UnsafeRawPointer(input.address)
        unsafe arguments.ldx = k
        unsafe arguments.x_dtype = dtype
        unsafe arguments.k = Int32(k)
        unsafe arguments.group = Int32(format.group)
        unsafe arguments.zero = Int32(format.zero)
        unsafe arguments.q = codes.pointer(to: Int8.self)
        unsafe arguments.ldq = stride
        unsafe arguments.scales = scales.pointer(to: Float.self)
        unsafe arguments.offsets = offsets.pointer(to: Int32.self)
        unsafe arguments.ld_offsets = groups
        unsafe set.kernels.quantize(&arguments, 0, Int32(m))
    }
}

/// A linear layer with random weights of whole numbers.
struct IntegerLinearCase {
    let m: Int
    let n: Int
    let k: Int
    let format: IntegerFormat
    let x: [Float]
    let codes: [Int8]
    let scales: [Float]
    let minimums: [Float]

    init(m: Int, n: Int, k: Int, _ format: IntegerFormat, seed: UInt64 = 3) {
        (self.m, self.n, self.k, self.format) = (m, n, k, format)
        var numbers = Numbers(seed: seed)
        x = numbers.floats(m * k).map { $0.rounded(to: VLLM_DTYPE_BF16) }
        codes = (0..<n * k).map { _ in
            Int8(numbers.below(2 * format.zero) + format.first)
        }
        let groups = format.isGrouped ? k / format.group : 1
        scales = numbers.floats(n * groups).map { (0.01 * $0).rounded(to: VLLM_DTYPE_F16) }
        minimums = numbers.floats(n * groups).map { (0.02 * $0).rounded(to: VLLM_DTYPE_F16) }
    }

    var groups: Int { format.isGrouped ? k / format.group : 1 }
    var panels: Int { (n + 15) / 16 }

    func packedWeight() -> Memory {
        let bytes = vllm_integer_panel_bytes(format.dtype, Int32(k), Int32(format.group))
        let source = Memory(codes)
        let packed = Memory(bytes: panels * bytes)
        for panel in 0..<panels {
            let rows: [UnsafePointer<Int8>?] = unsafe (0..<16).map { lane in
                let row = panel * 16 + lane
                return unsafe row < n ? UnsafePointer(source.pointer(to: Int8.self) + row * k) : nil
            }
            let first = panel * 16 * groups
            let values = Memory(Self.padded(scales, from: first, count: 16 * groups))
            let least = Memory(Self.padded(minimums, from: first, count: 16 * groups))
            unsafe vllm_pack_integers(
                packed.address + panel * bytes, format.dtype, rows, values.pointer(to: Float.self),
                least.pointer(to: Float.self), Int32(k), Int32(format.group))
        }
        return packed
    }

    private static func padded(_ values: [Float], from first: Int, count: Int) -> [Float] {
        (first..<first + count).map { $0 < values.count ? values[$0] : 0 }
    }

    func run(_ set: InstructionSet, pieces: [(Range<Int>, Range<Int>)]? = nil) -> Memory {
        let rows = RoundedRows(x, m: m, k: k, as: VLLM_DTYPE_BF16, format, set)
        let packed = packedWeight()
        let out = Memory(bytes: m * n * 4)
        var arguments = unsafe vllm_linear_args()
        unsafe arguments.x = UnsafeRawPointer(rows.codes.address)
        unsafe arguments.ldx = rows.stride
        unsafe arguments.weight = UnsafeRawPointer(packed.address)
        unsafe arguments.weight_dtype = format.dtype
        unsafe arguments.group = Int32(format.group)
        unsafe arguments.x_scales = UnsafePointer(rows.scales.pointer(to: Float.self))
        unsafe arguments.x_offsets = UnsafePointer(rows.offsets.pointer(to: Int32.self))
        unsafe arguments.ld_offsets = groups
        unsafe (arguments.m, arguments.n, arguments.k) = (Int32(m), Int32(n), Int32(k))
        unsafe arguments.output = VLLM_OUT_F32
        unsafe arguments.out = out.address
        unsafe arguments.ldo = n
        unsafe arguments.out_columns = Int32(n)
        for (columns, rows) in pieces ?? [(0..<panels, 0..<m)] {
            unsafe set.kernels.linear(
                &arguments, Int32(columns.lowerBound), Int32(columns.upperBound), Int32(rows.lowerBound),
                Int32(rows.upperBound))
        }
        return out
    }

    /// The value of a weight.
    func weight(_ row: Int, _ column: Int) -> Double {
        let at = row * groups + (format.isGrouped ? column / format.group : 0)
        return Double(scales[at]) * Double(Int(codes[row * k + column]) - format.first - format.zero)
            - (format.hasMinimums ? Double(minimums[at]) : 0)
    }
}

@Suite struct IntegerLinearTests {
    static let shapes = [
        (1, 16, 128), (1, 150, 256), (2, 70, 128), (4, 96, 384), (7, 33, 128), (26, 50, 256),
    ]

    @Test(arguments: InstructionSet.all, IntegerFormat.all)
    func productsAreThoseOfTheRoundedNumbers(set: InstructionSet, format: IntegerFormat) {
        for (m, n, k) in Self.shapes {
            let item = IntegerLinearCase(m: m, n: n, k: k, format)
            let rows = RoundedRows(item.x, m: m, k: k, as: VLLM_DTYPE_BF16, format, set)
            let found = item.run(set).array(of: Float.self)
            for row in 0..<m {
                let scale = Double(rows.scales.load(Float.self, at: row))
                for column in 0..<n {
                    var value = 0.0
                    var magnitude = 0.0
                    for i in 0..<k {
                        let code = rows.codes.load(Int8.self, at: row * rows.stride + i)
                        let product = scale * Double(code) * item.weight(column, i)
                        value += product
                        magnitude += abs(product)
                    }
                    // Whole numbers are added exactly; a rounding or three a group remains.
                    let tolerance =
                        Double(4 * item.groups + 4) * RoundingError.float32 * 16 * magnitude + 1e-30
                    let error = abs(Double(found[row * n + column]) - value)
                    guard error <= tolerance else {
                        Issue.record("\(m)×\(n)×\(k) (\(row), \(column)): off by \(error) of \(value)")
                        return
                    }
                }
            }
        }
    }

    @Test(arguments: InstructionSet.all, IntegerFormat.all)
    func everyElementHasTheSameBitsWhateverTheRange(set: InstructionSet, format: IntegerFormat) {
        let item = IntegerLinearCase(m: 29, n: 200, k: 256, format)
        let whole = item.run(set).array(of: UInt32.self)
        #expect(item.run(set, pieces: (0..<29).map { (0..<13, $0..<$0 + 1) }).array(of: UInt32.self) == whole)
        for step in [1, 2, 3, 5] {
            let pieces = stride(from: 0, to: 13, by: step).flatMap { panel in
                stride(from: 0, to: 29, by: 3 * step).map { row in
                    (panel..<min(13, panel + step), row..<min(29, row + 3 * step))
                }
            }
            #expect(item.run(set, pieces: pieces).array(of: UInt32.self) == whole)
        }
    }

    @Test(arguments: IntegerFormat.all)
    func everyInstructionSetHasTheSameBits(format: IntegerFormat) {
        let item = IntegerLinearCase(m: 11, n: 90, k: 256, format)
        // Portable C multiplies and adds without fusing.
        let sets = InstructionSet.all.filter { format.isGrouped ? $0.isa != VLLM_ISA_PORTABLE : true }
        for set in sets {
            #expect(item.run(set).array(of: UInt32.self) == item.run(sets[0]).array(of: UInt32.self))
        }
    }

    @Test(arguments: InstructionSet.all, [VLLM_DTYPE_F32, VLLM_DTYPE_BF16])
    func activationsAreRoundedToTheNearestOf255Steps(set: InstructionSet, dtype: vllm_dtype) {
        var numbers = Numbers(seed: 5)
        for k in [1, 3, 16, 34, 128, 200] {
            let x = numbers.floats(3 * k).map { $0.rounded(to: dtype) }
            let rows = RoundedRows(x, m: 3, k: k, as: dtype, IntegerFormat.all[0], set)
            for row in 0..<3 {
                let values = x[row * k..<(row + 1) * k]
                let largest = values.map(abs).max() ?? 0
                #expect(abs(rows.scales.load(Float.self, at: row) - largest / 127) <= largest * 1e-7)
                var sum = 0
                for (index, value) in values.enumerated() {
                    let code = Int(rows.codes.load(Int8.self, at: row * rows.stride + index))
                    #expect(abs(Double(code) - Double(value) * 127 / Double(largest)) <= 0.5001)
                    sum += code
                }
                #expect(rows.offsets.load(Int32.self, at: row) == Int32(-128 * sum))
            }
        }
    }

    @Test(arguments: InstructionSet.all)
    func whatIsNoNumberStaysNone(set: InstructionSet) {
        for poison in [Float.nan, .infinity, -.infinity] {
            var item = IntegerLinearCase(m: 2, n: 16, k: 128, IntegerFormat.all[0])
            var x = item.x
            x[77] = poison
            item = IntegerLinearCase(replacing: x, in: item)
            let found = item.run(set).array(of: Float.self)
            #expect(found[..<16].allSatisfy { $0.isNaN })
            #expect(found[16...].allSatisfy { $0.isFinite })
        }
        let zeros = IntegerLinearCase(
            replacing: [Float](repeating: 0, count: 256),
            in: IntegerLinearCase(m: 2, n: 16, k: 128, IntegerFormat.all[1]))
        #expect(zeros.run(set).array(of: Float.self).allSatisfy { $0 == 0 })
    }

    @Test(arguments: InstructionSet.all, [VLLM_DTYPE_I8, VLLM_DTYPE_I4])
    func weightsAreRoundedWell(set: InstructionSet, dtype: vllm_dtype) {
        let k = 256
        let group = dtype == VLLM_DTYPE_I8 ? k : 32
        var numbers = Numbers(seed: 11)
        let x = numbers.floats(k)
        let codes = Memory(bytes: k)
        let scales = Memory(bytes: k / group * 4)
        unsafe set.kernels.quantize_weights(
            codes.pointer(to: Int8.self), scales.pointer(to: Float.self), x, dtype, Int32(k), Int32(group))
        for begin in stride(from: 0, to: k, by: group) {
            let scale = Double(scales.load(Float.self, at: begin / group))
            let values = x[begin..<begin + group].map(Double.init)
            let found = (begin..<begin + group).map { index in
                scale * Double(Int(codes.load(Int8.self, at: index)) - (dtype == VLLM_DTYPE_I8 ? 0 : 8))
            }
            let error = zip(values, found).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            // What rounding to steps of the largest magnitude would leave.
            let largest = values.map(abs).max() ?? 0
            let step = largest / (dtype == VLLM_DTYPE_I8 ? 127 : 8)
            let plain = values.reduce(0.0) { total, value in
                let code = min(dtype == VLLM_DTYPE_I8 ? 127 : 7, (value / step).rounded())
                return total + (value - step * code) * (value - step * code)
            }
            #expect(error <= plain * 1.0001)
        }
    }
}

extension IntegerLinearCase {
    /// The same weights with other activations.
    init(replacing x: [Float], in item: IntegerLinearCase) {
        (m, n, k, format, self.x) = (item.m, item.n, item.k, item.format, x)
        (codes, scales, minimums) = (item.codes, item.scales, item.minimums)
    }
}
