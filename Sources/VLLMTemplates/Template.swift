// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMJSON

/// A chat template: Jinja as Hugging Face transformers sets it up.
///
/// That is the immutable sandbox with `trim_blocks` and `lstrip_blocks`, loop controls, the `generation`
/// block, a `tojson` that does not escape HTML, and the functions `raise_exception` and `strftime_now`.
/// `include`, `import` and `extends` are refused. A template is parsed once and rendered any number of
/// times, from any thread.
///
/// Source of the language: the Jinja documentation, "Template Designer Documentation", version 3.1.
public struct Template: Sendable {
    private let program: Parser.Result

    /// Parses a template.
    public init(_ source: String) throws(TemplateError) {
        program = try Parser.parse(source)
    }

    /// Renders the template with the given variables.
    ///
    /// - Parameter now: The time that `strftime_now` formats; nil takes the system's local time.
    public func render(
        _ context: JSONObject, limits: TemplateLimits = .default, now: TemplateDate? = nil
    ) throws(TemplateError) -> String {
        var renderer = try Renderer(program, context: context, limits: limits, now: now)
        return try renderer.render(program.body)
    }

    /// Whether the template mentions a variable, function or macro of this name anywhere.
    public func mentions(_ name: String) -> Bool {
        program.symbols.number(of: name) != nil
    }
}
