// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Rows of packed weights come back: as they were rounded, and rounded well.
enum EmbeddingCases {
    static var groups: [ConformanceGroup] {
        WeightFormat.all.map { format in
            let widths = [(17, 128), (50, 384), (20, 256)].map { ($0, format.wholeInputs($1)) }
            let sizes = widths + (format.isInteger ? [] : [(5, 7), (33, 34)])
            let cases = sizes.flatMap { rows, columns in
                sources(of: format, columns).flatMap { stored in
                    (stored.isNumbers ? [false, true] : [false]).map { isTransposed in
                        ConformanceCase(
                            "\(rows)×\(columns) of \(stored.label)\(isTransposed ? ", transposed" : "")"
                        ) { backend, result throws(DeviceError) in
                            try check(
                                backend, format, stored, rows: rows, columns: columns, isTransposed, &result)
                        }
                    }
                }
            }
            return ConformanceGroup(.embed, format.label, cases)
        }
    }

    /// What a format is packed from: numbers and blocks where these can be rounded to it, and blocks of its own.
    private static func sources(of format: WeightFormat, _ columns: Int) -> [StoredFormat] {
        var blocks = BlockFormat.allCases.filter { $0.ownWidth == format }
        if case .blocks(let kind) = format, kind != .q8_0 { return blocks.map { .blocks($0) } }
        if columns % 32 == 0 { blocks.append(.q5_0) }
        if columns % 256 == 0 { blocks.append(.q4K) }
        return DType.floating.map { .numbers($0) } + blocks.map { .blocks($0) }
    }

    private static func check(
        _ backend: any Backend, _ format: WeightFormat, _ stored: StoredFormat, rows: Int, columns: Int,
        _ isTransposed: Bool, _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 3)
        let given = numbers.floats(rows * columns)
        let values = HostMatrix(given, rows: rows, columns: columns, format: stored).values
        let weight = try backend.weight(
            given, inputs: columns, stored: stored, format: format, isTransposed: isTransposed)
        let all = try backend.rows(of: weight)
        if case .dense(let dtype) = format {
            result.expect(all, bits: values.map { $0.rounded(to: dtype) }, "weight")
        } else if stored.isStored(as: format) {
            result.expect(all, bits: values, "weight")
        } else {
            let group = format.group(inputs: columns)
            for begin in stride(from: 0, to: values.count, by: group) {
                rounding(
                    Array(values[begin..<begin + group]), Array(all[begin..<begin + group]), format, &result)
            }
        }
        let ids = [rows - 1, 0, rows / 2, 0]
        let before = numbers.floats(ids.count * columns)
        let sums = try backend.matrix(before, rows: ids.count, columns: columns)
        backend.embed(ids.map(Int32.init), from: weight, into: sums, accumulate: true)
        let gathered = ids.flatMap { all[$0 * columns..<($0 + 1) * columns] }
        result.expect(
            backend.read(sums), bits: zip(before, gathered).map { $0 + $1 }, "rows added to a matrix")
    }

    /// A group's numbers are those of steps of its own, no worse in the squares than plain steps would be.
    ///
    /// Plain steps are of the largest magnitude over 127, or over 8 with that value at the end of −8…7, and with a
    /// minimum the range over 15. Scales and minimums of four bits are held as float16, and a code is up to 15 steps
    /// and a minimum away.
    private static func rounding(
        _ values: [Float], _ found: [Float], _ format: WeightFormat, _ result: inout Comparison
    ) {
        let doubles = values.map(Double.init)
        let (least, most) = (doubles.min() ?? 0, doubles.max() ?? 0)
        let largest = max(-least, most)
        // A code is (value − origin) / step, at most `highest`.
        var (step, origin, highest, halves) = (largest / 127, 0.0, 127.0, 0.0)
        if case .blocks = format { halves = RoundingError.float16 * 128 * step }
        if case .int4(_, let hasMinimums) = format {
            (step, highest) = (most > -least ? -largest / 8 : largest / 8, 7)
            if hasMinimums { (step, origin, highest) = ((most - least) / 15, least, 15) }
            halves = RoundingError.float16 * (23 * abs(step) + largest)
        }
        var (error, plain) = (0.0, 0.0)
        for (value, answer) in zip(doubles, found) {
            error += (value - Double(answer)) * (value - Double(answer))
            let code = min(highest, ((value - origin) / step).rounded())
            let left = abs(value - origin - step * code) + halves
            plain += left * left
        }
        result.expect(
            Float(error.squareRoot()), Bounded(0, tolerance: plain.squareRoot() * 1.0001), "error of a group")
    }
}

extension StoredFormat {
    fileprivate var isNumbers: Bool {
        if case .numbers = self { true } else { false }
    }

    /// True where a packed format holds these very numbers.
    fileprivate func isStored(as format: WeightFormat) -> Bool {
        if case .blocks(let blocks) = self { blocks.ownWidth == format } else { false }
    }

    fileprivate var label: String {
        if case .numbers(let dtype) = self { dtype.label } else { name }
    }
}
