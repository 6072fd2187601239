// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance

@Suite struct LinearTests {
    @Test(arguments: InstructionSet.all, dtypes)
    func everyElementHasTheSameBitsWhateverTheRange(set: InstructionSet, dtype: vllm_dtype) {
        for gated in [false, true] {
            let item = LinearCase(
                m: 37, n: 200, k: 258, dtype: dtype, activation: gated ? VLLM_ACT_SILU : VLLM_ACT_NONE,
                gated: gated,
                hasBias: true, output: VLLM_OUT_ADD)
            let whole = item.run(set).array(of: UInt32.self)
            let rows = (0..<item.m).map { (0..<item.panels, $0..<$0 + 1) }
            #expect(item.run(set, pieces: rows).array(of: UInt32.self) == whole)
            let step = gated ? 2 : 1
            let panels = stride(from: 0, to: item.panels, by: step).map { ($0..<$0 + step, 0..<item.m) }
            #expect(item.run(set, pieces: panels).array(of: UInt32.self) == whole)
            var numbers = Numbers(seed: 7)
            for _ in 0..<10 {
                let pieces = Self.cut(item, step: step, with: &numbers)
                #expect(item.run(set, pieces: pieces).array(of: UInt32.self) == whole)
            }
        }
    }

    private static func cut(
        _ item: LinearCase, step: Int, with numbers: inout Numbers
    ) -> [(Range<Int>, Range<Int>)] {
        var pieces: [(Range<Int>, Range<Int>)] = []
        var row = 0
        while row < item.m {
            let height = min(item.m - row, 1 + numbers.below(20))
            var panel = 0
            while panel < item.panels {
                let width = min(item.panels - panel, step * (1 + numbers.below(9)))
                pieces.append((panel..<panel + width, row..<row + height))
                panel += width
            }
            row += height
        }
        return pieces
    }

    @Test func chunksCoverPairsAndBalanceThreads() {
        for (n, m, gated) in [
            (1152, 1, false), (9728, 512, true), (151_936, 1, false), (32, 4, true), (16, 9, false),
        ] {
            var arguments = unsafe vllm_linear_args()
            unsafe (arguments.m, arguments.n, arguments.k) = (Int32(m), Int32(n), 64)
            unsafe arguments.gated = gated ? 1 : 0
            for threads in 1...8 {
                let grain = Int(unsafe vllm_linear_panel_grain(&arguments, Int32(threads)))
                #expect(grain > 0 && (!gated || grain % 2 == 0))
                let chunks = (n / 16 + grain - 1) / grain
                if n > 1000 { #expect(chunks >= threads) }
            }
        }
    }
}
