// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func applyNumber(
        _ filter: Filter, to value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch filter {
        case .abs:
            _ = try arguments.bind("abs", [])
            switch value {
            case .float(let number): return .float(number.magnitude)
            case .int, .wide, .bool:
                let integer = value.wideInteger ?? 0
                return integer < 0 ? try negate(value) : .integer(integer)
            default: throw .runtime("bad operand type for abs(): '\(value.typeName)'")
            }
        case .int: return try toInt(value, arguments)
        case .float: return try toFloat(value, arguments)
        case .round: return try round(value, arguments)
        case .sum: return try sum(value, arguments)
        default: return try formatFileSize(value, arguments)
        }
    }

    private func toInt(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("int", ["default", "base"])
        let fallback = values[0] ?? .int(0)
        var number: Double
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .int, .wide, .bool: return .integer(value.wideInteger ?? 0)
        case .float(let float):
            if float.isInfinite { throw .runtime("cannot convert float infinity to integer") }
            number = float
        case .string(let text):
            let base = values[1] ?? .int(10)
            if let base = base.integer, let integer = PythonText.parseInt(text, base: base) {
                return .integer(integer)
            }
            guard let float = PythonText.parseFloat(text), float.isFinite else { return fallback }
            number = float
        default: return fallback
        }
        if number.isNaN { return fallback }
        number = number.rounded(.towardZero)
        guard let integer = Int128(exactly: number) else { throw .runtime("integer does not fit 128 bits") }
        return .integer(integer)
    }

    private func toFloat(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let fallback = try arguments.bind("float", ["default"])[0] ?? .float(0)
        if case .undefined(let undefined) = value { throw undefined.error }
        if let number = value.number { return .float(number) }
        if let text = value.text, let number = PythonText.parseFloat(text) { return .float(number) }
        return fallback
    }

    private func round(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("round", ["precision", "method"])
        let precision =
            try values[0].map { (value) throws(TemplateError) in try integer(value, "round") } ?? 0
        let method = values[1]?.text?.string ?? "common"
        if case .undefined(let undefined) = value { throw undefined.error }
        guard let number = value.number else {
            throw .runtime("type \(value.typeName) doesn't define __round__ method")
        }
        switch method {
        case "common":
            if let integer = value.wideInteger {
                return .integer(Self.round(integer, precision))
            }
            return .float(Self.round(number, precision))
        case "ceil", "floor":
            if !number.isFinite { throw .runtime("cannot convert \(number) to integer") }
            let scale = Platform.power(10, Double(precision))
            // Adding 0 turns −0 into 0: Python rounds to an integer, which has no sign then.
            return .float(((number * scale).rounded(method == "ceil" ? .up : .down) + 0) / scale)
        default: throw .runtime("method must be common, ceil or floor")
        }
    }

    /// Rounds half to even on the exact decimal value.
    private static func round(_ value: Double, _ precision: Int) -> Double {
        if !value.isFinite || precision > 320 { return value }
        if precision >= 0 {
            return Double(Platform.format(value, precision: precision, conversion: "f")) ?? value
        }
        if precision < -310 { return Double(signOf: value, magnitudeOf: 0) }
        let scale = Platform.power(10, Double(-precision))
        return (value / scale).rounded(.toNearestOrEven) * scale
    }

    private static func round(_ value: Int128, _ precision: Int) -> Int128 {
        if precision >= 0 { return value }
        if precision < -38 { return 0 }
        var scale: Int128 = 1
        for _ in precision..<0 { scale *= 10 }
        var quotient = value / scale
        let rest = (value % scale).magnitude
        let half = UInt128(scale / 2)
        if rest > half || (rest == half && quotient % 2 != 0) { quotient += value < 0 ? -1 : 1 }
        return quotient.multipliedReportingOverflow(by: scale).partialValue
    }

    private mutating func sum(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("sum", ["attribute", "start"])
        var total = values[1] ?? .int(0)
        if case .string = total { throw .runtime("sum() can't sum strings") }
        for item in try iterate(value) {
            let part = try attributePath(values[0], of: item)
            total = try compute(total, .add, part)
        }
        return total
    }

    private mutating func formatFileSize(_ value: Value, _ arguments: Arguments) throws(TemplateError)
        -> Value
    {
        let isBinary = try arguments.bind("filesizeformat", ["binary"])[0]?.isTrue ?? false
        guard let bytes = value.number ?? value.text.flatMap(PythonText.parseFloat) else {
            throw .runtime("could not convert to float: '\(value.typeName)'")
        }
        let base: Double = isBinary ? 1024 : 1000
        if bytes == 1 { return .text("1 Byte") }
        if bytes < base, let whole = Int(exactly: bytes.rounded(.towardZero)) {
            return .text("\(whole) Bytes")
        }
        let letters = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
        var unit = base * base
        var index = 0
        while bytes >= unit, index < 7 {
            unit *= base
            index += 1
        }
        let prefix = isBinary ? letters[index].uppercased() + "iB" : letters[index] + "B"
        let digits = Platform.format(base * bytes / unit, precision: 1, conversion: "f")
        return .text(digits + " " + prefix)
    }
}
