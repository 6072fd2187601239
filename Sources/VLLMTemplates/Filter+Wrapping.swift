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
        var lines: [String] = []
        try charge(bytes: text.size * 4)
        for line in Self.lines(of: text) {
            let breaksHyphens = values[3]?.isTrue ?? true
            let chunks = LineWrapper.chunks(line.string, breaksHyphens: breaksHyphens)
            var wrapper = LineWrapper(
                width: width, breaksWords: values[1]?.isTrue ?? true, breaksHyphens: breaksHyphens)
            lines.append(wrapper.wrap(chunks).joined(separator: separator))
        }
        return try make(lines.joined(separator: separator))
    }
}
