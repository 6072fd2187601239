// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Elements by themselves: scaled, bounded, and rounded to another type.
enum RowCases {
    private static let sizes = [(1, 1), (3, 2), (1, 16), (5, 33), (19, 100), (3, 1000), (40, 4096)]

    static var groups: [ConformanceGroup] {
        let scaled = sizes.flatMap { rows, columns in
            [(Float(0.0625), Float(0)), (8.485_281, 0), (1, 30), (-2, 50)].map { factor, cap in
                ConformanceCase("\(rows)×\(columns) by \(factor)\(cap > 0 ? " bounded to \(cap)" : "")") {
                    backend, result throws(DeviceError) in
                    try check(backend, rows: rows, columns: columns, factor: factor, cap: cap, &result)
                }
            }
        }
        let converted = sizes.flatMap { rows, columns in
            DType.floating.map { dtype in
                ConformanceCase("\(rows)×\(columns) to \(dtype.label)") {
                    backend, result throws(DeviceError) in
                    var numbers = Numbers(seed: 32)
                    let values = numbers.floats(rows * columns, scale: 5)
                    let x = try backend.matrix(values, rows: rows, columns: columns)
                    let target = try backend.unwritten(rows: rows, columns: columns, dtype: dtype)
                    backend.convert(x, into: target)
                    result.expect(
                        backend.read(target), bits: values.map { $0.rounded(to: dtype) }, "elements")
                }
            }
        }
        return [
            ConformanceGroup(.rows, "scaled", scaled), ConformanceGroup(.rows, "converted", converted),
        ]
    }

    private static func check(
        _ backend: any Backend, rows: Int, columns: Int, factor: Float, cap: Float, _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 31)
        let values = numbers.floats(rows * columns, scale: 40)
        let x = try backend.matrix(values, rows: rows, columns: columns)
        backend.scale(x, by: factor, softCap: cap)
        let found = backend.read(x)
        guard cap > 0 else {
            result.expect(found, bits: values.map { $0 * factor }, "elements")
            return
        }
        // A hyperbolic tangent by an exponential is off by some units of its bound, whatever its size.
        let expected = values.map { value in
            Bounded(
                Double(cap) * tanh(Double(value) * Double(factor) / Double(cap)),
                tolerance: 8 * RoundingError.float32 * Double(cap))
        }
        result.expect(found, expected, "elements")
    }
}
