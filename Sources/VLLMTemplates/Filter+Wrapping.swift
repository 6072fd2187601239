// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    /// Breaks lines that are longer than a width, as Python's `textwrap` does.
    mutating func wrapWords(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind(
            "wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"])
        let text = try string(value, "wordwrap")
        let width =
            try values[0].map { (value) throws(TemplateError) in try integer(value, "wordwrap") } ?? 79
        if width <= 0 { throw .runtime("invalid width \(width) (must be > 0)") }
        var separator = "\n"
        if let given = values[2], !given.isNone { separator = try string(given, "wordwrap").string }
        let separatorSize = separator.utf8.count
        var lines: [String] = []
        var size = 0
        try charge(bytes: text.size * 4)
        for line in Self.lines(of: text) {
            let breaksHyphens = values[3]?.isTrue ?? true
            let chunks = LineWrapper.chunks(line.string, breaksHyphens: breaksHyphens)
            var wrapper = LineWrapper(
                width: width, breaksWords: values[1]?.isTrue ?? true, breaksHyphens: breaksHyphens)
            let parts = wrapper.wrap(chunks)
            // The separator may be as long as any text, and stands behind every character where the width is 1.
            let added = line.size + max(1, parts.count) * separatorSize
            try charge(bytes: added)
            size += added
            if size > limits.maximumOutputInBytes { throw .limit("a wrapped text is too long") }
            lines.append(parts.joined(separator: separator))
        }
        return try make(lines.joined(separator: separator))
    }
}
