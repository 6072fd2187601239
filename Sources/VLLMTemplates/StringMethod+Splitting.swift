// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func split(
        _ text: Text, _ method: StringMethod, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let values = try arguments.bind(method.rawValue, ["sep", "maxsplit"])
        let most = try values[1].map { (value) throws(TemplateError) in try integer(value, "split") } ?? -1
        let limit = most < 0 ? Int.max : most
        try charge(text.size >> 2)
        guard let separator = values[0], !separator.isNone else {
            return try make(splitSpace(text, limit: limit, isFromRight: method == .rsplit))
        }
        let part = try string(separator, method.rawValue)
        if part.isEmpty { throw .runtime("empty separator") }
        let searcher = Searcher(part.string, isBackward: method == .rsplit)
        let places =
            method == .split
            ? searcher.all(in: text, limit: limit) : searcher.allFromRight(in: text, limit: limit)
        var items: [Value] = []
        var offset = 0
        for place in places {
            items.append(.string(text.bytes(offset, place)))
            offset = place + part.size
        }
        items.append(.string(text.bytes(offset, text.size)))
        return try make(items)
    }

    /// Splits at runs of white space; the last piece keeps what is after it once the limit is reached.
    private func splitSpace(_ text: Text, limit: Int, isFromRight: Bool) -> [Value] {
        var words: [(start: Int, end: Int)] = []
        var start: Int?
        var offset = 0
        for scalar in text.string.unicodeScalars {
            if TextSpace.isSpace(scalar) {
                if let begin = start { words.append((begin, offset)) }
                start = nil
            } else if start == nil {
                start = offset
            }
            offset += UTF8.width(scalar)
        }
        if let begin = start { words.append((begin, offset)) }
        if words.count > limit, limit < .max {
            if isFromRight {
                let rest = words.count - limit
                words.replaceSubrange(0..<rest, with: [(0, words[rest - 1].end)])
            } else {
                words.replaceSubrange(limit..., with: [(words[limit].start, text.size)])
            }
        }
        return words.map { .string(text.bytes($0.start, $0.end)) }
    }

    func splitLines(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("splitlines", ["keepends"])
        let lines = Self.lines(of: text, keepsEnds: values[0]?.isTrue ?? false)
        return .list(try Elements(lines.map { .string($0) }))
    }

    /// The lines of a text; an end at the very end does not begin another line.
    static func lines(of text: Text, keepsEnds: Bool = false) -> [Text] {
        var lines: [Text] = []
        var start = 0
        var offset = 0
        var isAfterReturn = false
        for scalar in text.string.unicodeScalars {
            let width = UTF8.width(scalar)
            if isAfterReturn {
                isAfterReturn = false
                let end = scalar == "\n" ? offset + 1 : offset
                lines.append(text.bytes(start, keepsEnds ? end : offset - 1))
                start = end
                if scalar == "\n" {
                    offset += width
                    continue
                }
            }
            if scalar == "\r" {
                isAfterReturn = true
            } else if isLineEnd(scalar) {
                lines.append(text.bytes(start, keepsEnds ? offset + width : offset))
                start = offset + width
            }
            offset += width
        }
        if isAfterReturn {
            lines.append(text.bytes(start, keepsEnds ? offset : offset - 1))
        } else if start < text.size {
            lines.append(text.bytes(start, text.size))
        }
        return lines
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0C, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    mutating func join(_ separator: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
        let items = try iterate(arguments.positional("join", 1...1)[0])
        var result = ""
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item else {
                throw .runtime("sequence item \(index): expected str instance, \(item.typeName) found")
            }
            if index > 0 { result += separator.string }
            result += text.string
            try charge(bytes: result.utf8.count >> 8 + text.size + separator.size)
            if result.utf8.count > limits.maximumOutputInBytes { throw .limit("a joined string is too long") }
        }
        return try make(result, isMarkup: separator.isMarkup)
    }

    mutating func pad(
        _ text: Text, _ method: StringMethod, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        if method == .expandtabs { return try expandTabs(text, arguments) }
        let values = try arguments.positional(method.rawValue, 1...(method == .zfill ? 1 : 2))
        let width = try integer(values[0], method.rawValue)
        var fill = " "
        if values.count > 1 {
            fill = try string(values[1], method.rawValue).string
            if fill.unicodeScalars.count != 1 {
                throw .runtime("The fill character must be exactly one character long")
            }
        }
        let missing = width.subtractingReportingOverflow(text.count).partialValue
        if width <= text.count { return .string(text) }
        try charge(bytes: missing)
        func filler(_ count: Int) -> String { String(repeating: fill, count: count) }
        switch method {
        case .ljust: return try make(text.string + filler(missing), isMarkup: text.isMarkup)
        case .rjust: return try make(filler(missing) + text.string, isMarkup: text.isMarkup)
        case .zfill:
            let hasSign = text.string.hasPrefix("-") || text.string.hasPrefix("+")
            let sign = hasSign ? String(text.string.prefix(1)) : ""
            let zeros = String(repeating: "0", count: missing)
            return try make(sign + zeros + text.string.dropFirst(sign.count), isMarkup: text.isMarkup)
        default:
            // Python puts the odd space to the left if the width is odd.
            let left = missing / 2 + (missing & width & 1)
            return try make(filler(left) + text.string + filler(missing - left), isMarkup: text.isMarkup)
        }
    }

    private mutating func expandTabs(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("expandtabs", ["tabsize"])
        let size =
            try values[0].map { (value) throws(TemplateError) in try integer(value, "expandtabs") } ?? 8
        var result = ""
        var column = 0
        for scalar in text.string.unicodeScalars {
            if scalar == "\t" {
                let count = size > 0 ? size - column % size : 0
                try charge(bytes: count)
                result += String(repeating: " ", count: count)
                column += count
            } else {
                result.unicodeScalars.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return try make(result)
    }
}
