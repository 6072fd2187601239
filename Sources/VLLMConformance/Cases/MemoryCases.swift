// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// What is written is read, and rows are copied.
enum MemoryCases {
    static var groups: [ConformanceGroup] {
        let sizes = [(1, 1), (3, 17), (2, 1024), (70, 33)]
        let exchanges = [DType.float32, .bfloat16].flatMap { dtype in
            sizes.map { rows, columns in
                ConformanceCase("\(dtype.label) \(rows)×\(columns)") { backend, result throws(DeviceError) in
                    var numbers = Numbers(seed: 1)
                    let values = numbers.floats(rows * columns, scale: 100)
                    let matrix = try backend.matrix(values, rows: rows, columns: columns, dtype: dtype)
                    result.expect(backend.read(matrix), bits: values.map { $0.rounded(to: dtype) }, "matrix")
                }
            }
        }
        let gathers = sizes.map { rows, columns in
            ConformanceCase("gather from \(rows)×\(columns)") { backend, result throws(DeviceError) in
                try gather(backend, rows: rows, columns: columns, &result)
            }
        }
        return [
            ConformanceGroup(.memory, "write and read", exchanges),
            ConformanceGroup(.memory, "gather", gathers),
        ]
    }

    private static func gather(
        _ backend: any Backend, rows: Int, columns: Int, _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 2)
        let values = numbers.floats(rows * columns)
        let wanted = [rows - 1, 0, rows / 2, rows - 1]
        let source = try backend.matrix(values, rows: rows, columns: columns)
        let target = try backend.unwritten(rows: wanted.count + 1, columns: columns)
        backend.gather(wanted.map(Int32.init), of: source, into: target)
        let expected = wanted.flatMap { values[$0 * columns..<($0 + 1) * columns] }
        result.expect(backend.read(target.prefix(rows: wanted.count)), bits: expected, "copied rows")
    }
}
