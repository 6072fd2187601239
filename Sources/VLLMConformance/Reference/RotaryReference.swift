// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// One head of a query or a key in double precision: norm, then rotation.
package struct RotaryReference: Sendable {
    package var style: RotaryStyle
    /// Leading elements that are turned.
    package var rotaryDim: Int
    /// [positions, rotaryDim / 2]
    package var cosines: [Float]
    package var sines: [Float]
    package var epsilon: Float

    package init(style: RotaryStyle, rotaryDim: Int, cosines: [Float], sines: [Float], epsilon: Float) {
        (self.style, self.rotaryDim) = (style, rotaryDim)
        (self.cosines, self.sines, self.epsilon) = (cosines, sines, epsilon)
    }

    /// The head at a position.
    ///
    /// - Parameters:
    ///   - norm: weights of a norm without bias; empty for none.
    ///   - heads: the elements whose mean and variance the norm takes; nil for the head's own.
    package func head(
        _ x: some Collection<Float>, norm: [Float], kind: NormKind = .rms, heads: [Float]? = nil,
        position: Int
    ) -> [Double] {
        var y = x.map(Double.init)
        if !norm.isEmpty {
            let all = heads?.map(Double.init) ?? y
            let mean = kind == .layer ? all.reduce(0, +) / Double(all.count) : 0
            let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
            let scale = 1 / (variance + Double(epsilon)).squareRoot()
            y = zip(y, norm).map { ($0 - mean) * scale * Double($1) }
        }
        guard style != .none else { return y }
        let half = rotaryDim / 2
        for i in 0..<half {
            let (cosine, sine) = (Double(cosines[position * half + i]), Double(sines[position * half + i]))
            let (first, second) = style == .halves ? (i, i + half) : (2 * i, 2 * i + 1)
            let (a, b) = (y[first], y[second])
            y[first] = a * cosine - b * sine
            y[second] = b * cosine + a * sine
        }
        return y
    }

    /// How far a head's element, held as a type, may be from its value.
    package static func tolerance(_ value: Double, as dtype: DType) -> Double {
        RoundingError.narrowing(to: dtype) * abs(value) + 24 * RoundingError.float32 * (1 + abs(value))
    }
}
