// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Norms of the residual stream.
enum NormKernel {
    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        [NormKind.rms, .layer].flatMap { kind in
            grid.models.map { series(kind, $0, rows: grid.fewRows) }
        }
    }

    static func series(_ kind: NormKind, _ model: KernelModel, rows: [Int]) -> KernelSeries {
        let width = model.hiddenSize
        let sizes = rows.map { count in
            // Squares and their sum, then factor and weight; a mean, a shift and a bias more. Float32 in, bfloat16 out.
            KernelSize(
                shape: "\(model.name) m=\(count)", peak: .float32,
                operations: Double(count * width * (kind == .rms ? 4 : 8)), bytes: Double(6 * count * width),
                source: .cache)
        }
        return KernelSeries(name: kind == .rms ? "rms norm" : "layer norm", sizes: sizes) {
            index, memory throws(DeviceError) in
            let backend = memory.backend
            let x = try memory.tensor(rows: rows[index], columns: width, dtype: .float32)
            let output = try memory.tensor(rows: rows[index], columns: width, dtype: .bfloat16)
            let norm = Norm(
                kind: kind, weight: try memory.vector(width),
                bias: kind == .layer ? try memory.vector(width) : nil, epsilon: 1e-6)
            return { backend.norm(x, norm, into: output) }
        }
    }
}
